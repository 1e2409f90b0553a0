namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>Two friends find a thing, and both want it until it breaks.</summary>
internal sealed class QuarrelledThing : IPlot
{
    public string Name => "quarrel";

    public bool Breaks => true;

    public void Play(Stage stage)
    {
        var (hero, thing, place) = (stage.Hero, stage.Thing, stage.Place());
        stage.Begin();
        var friend = stage.Friend();
        stage.Paragraph();
        stage.Visit(hero, friend);
        stage.Tell("gowith", hero, friend, place);
        stage.Tell("see", hero, thing, place);
        stage.Tell("take", stage.Chance(0.5) ? hero : friend, thing);
        stage.Tell("quarrel", hero, friend, thing);
        var holder = stage.World.HolderOf(thing)!;
        stage.Tell("break", holder, thing);
        stage.Cry(holder);
        stage.Paragraph();
        var other = holder == hero ? friend : hero;
        stage.Tell("sorry", other, holder);
        if (stage.Chance(0.5))
        {
            stage.Tell("sorry", holder, other);
        }

        if (stage.Chance(0.5))
        {
            stage.Tell("mend", other, thing);
        }
        else
        {
            var mender = stage.Person();
            stage.Tell("gowith", holder, other, stage.Place());
            stage.Tell("meetnew", holder, mender, stage.World.PlaceOf(holder));
            stage.Tell("askmend", holder, mender, thing);
            stage.Tell("mend", mender, thing);
            stage.Tell("thank", holder, mender);
        }

        stage.Paragraph();
        stage.Tell("turns", holder, other, thing);
        stage.EndTogether(holder, other, "endshare");
    }
}
