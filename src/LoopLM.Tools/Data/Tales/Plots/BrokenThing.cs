namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A friend's thing breaks, and the hero helps: it is mended, or another comes in its place.</summary>
internal sealed class BrokenThing : IPlot
{
    public string Name => "mend";

    public bool Breaks => true;

    public void Play(Stage stage)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Begin();
        var friend = stage.Friend();
        stage.Tell("own", friend, thing);
        if (stage.Chance(0.5))
        {
            stage.Tell("love", friend, thing);
        }

        stage.Paragraph();
        stage.Visit(hero, friend);
        stage.Tell("break", friend, thing);
        stage.Cry(friend, 1);
        stage.Tell("comfort", hero, friend);
        stage.Paragraph();
        if (stage.Chance(0.55))
        {
            Mend(stage, friend);
        }
        else
        {
            var gift = stage.NewThing();
            stage.Tell("giftidea", hero, friend, gift);
            stage.Acquire(hero, gift, stage.Number(0, 1));
            stage.Paragraph();
            stage.Visit(hero, friend, gift);
            stage.Tell("give", hero, friend, gift);
        }

        stage.Tell("happy", friend);
        stage.Tell("thank", friend, hero);
        stage.EndTogether(hero, friend, "endhelp");
    }

    private static void Mend(Stage stage, string friend)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Tell("lend", friend, hero, thing);
        if (stage.Chance(0.6))
        {
            stage.Tell("promise", hero, friend, thing);
        }

        var mender = stage.MeetStranger(hero);
        stage.Tell("askmend", hero, mender, thing);
        stage.Tell("mend", mender, thing);
        stage.Tell("thank", hero, mender);
        stage.Paragraph();
        stage.Visit(hero, friend, thing);
        stage.Tell("return", hero, friend, thing);
    }
}
