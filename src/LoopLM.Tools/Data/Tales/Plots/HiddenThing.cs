namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>Someone takes a thing that lies there and hides it; it is found, and the one who took it is sorry.</summary>
internal sealed class HiddenThing : IPlot
{
    public string Name => "hide";

    public void Play(Stage stage)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Begin();
        stage.Tell("own", hero, thing);
        if (stage.Chance(0.5))
        {
            stage.Tell("love", hero, thing);
        }

        var (rogue, friend) = (stage.Person("sly"), stage.Chance(0.6) ? stage.Friend() : null);
        stage.Tell("other", rogue, stage.Place());
        stage.Paragraph();
        var (left, hidden) = (stage.Place(), stage.Place());
        stage.Go(hero, left);
        stage.Tell("put", hero, thing, left);
        stage.Go(hero, stage.Place());
        stage.Paragraph();
        stage.Go(rogue, left);
        stage.Tell("tempt", rogue, thing);
        stage.Tell("take", rogue, thing);
        stage.Go(rogue, hidden);
        stage.Tell("hide", rogue, thing, hidden);
        stage.Paragraph();
        stage.Go(hero, left);
        stage.Tell("miss", hero, thing);
        stage.Cry(hero, 0.7);
        if (friend is null)
        {
            stage.Tell("ideaprints", hero, rogue);
        }
        else
        {
            stage.GoTo(hero, friend);
            stage.Learn(hero, friend, thing, hidden);
        }

        stage.Go(hero, hidden);
        if (stage.Chance(0.5))
        {
            stage.Tell("find", hero, thing, hidden);
            stage.Paragraph();
            stage.Tell("meet", hero, rogue, null);
        }
        else
        {
            stage.Tell("meet", hero, rogue, null);
            stage.Tell("find", hero, thing, null);
        }

        stage.Tell("admit", rogue, hero, thing);
        stage.Tell("sorry", rogue, hero);
        stage.Tell("forgive", hero, rogue);
        stage.EndTogether(rogue, hero, "endpair");
    }
}
