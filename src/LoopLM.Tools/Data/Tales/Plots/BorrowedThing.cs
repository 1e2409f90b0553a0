namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A borrowed thing breaks; it is mended, and the truth is told.</summary>
internal sealed class BorrowedThing : IPlot
{
    public string Name => "borrow";

    public bool Breaks => true;

    public void Play(Stage stage)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Begin();
        var owner = stage.Friend();
        stage.Tell("own", owner, thing);
        stage.Paragraph();
        stage.Visit(hero, owner);
        stage.Tell("borrow", hero, owner, thing);
        stage.Tell("lend", owner, hero, thing);
        stage.Tell("promise", hero, owner, thing);
        stage.Paragraph();
        var place = stage.Place();
        stage.Go(hero, place);
        stage.Tell("play", hero, thing);
        stage.Tell("break", hero, thing);
        stage.Cry(hero);
        if (stage.Chance(0.5))
        {
            Mend(stage, owner);
        }
        else
        {
            Hide(stage, owner, place);
        }
    }

    /// <summary>A stranger mends it before the owner knows.</summary>
    private static void Mend(Stage stage, string owner)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Paragraph();
        var mender = stage.MeetStranger(hero);
        stage.Tell("askmend", hero, mender, thing);
        stage.Tell("mend", mender, thing);
        stage.Tell("thank", hero, mender);
        stage.Paragraph();
        stage.Visit(hero, owner, thing);
        stage.Tell("keep", hero, owner, thing);
        stage.Tell("confess", hero, owner, thing);
        stage.Tell("forgive", owner, hero);
        stage.EndTogether(hero, owner, stage.OneOf("endtruth", "endpromise"));
    }

    /// <summary>The hero hides it, and it is mended after the truth is told.</summary>
    private static void Hide(Stage stage, string owner, string place)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Tell("hide", hero, thing, place);
        stage.Home(hero);
        stage.Paragraph();
        stage.GoTo(owner, hero);
        stage.Tell("askback", owner, hero, thing);
        stage.Tell("confess", hero, owner, thing);
        stage.Tell("sorry", hero, owner);
        stage.Tell("forgive", owner, hero);
        stage.Paragraph();
        stage.Tell("gowith", hero, owner, place);
        stage.Tell("take", hero, thing);
        stage.Tell("mend", stage.OneOf(hero, owner), thing);
        stage.Tell("keep", hero, owner, thing);
        stage.EndTogether(hero, owner, "endtruth");
    }
}
