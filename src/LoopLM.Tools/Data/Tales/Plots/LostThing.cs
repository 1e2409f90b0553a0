namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A dear thing is lost on the way and found again.</summary>
internal sealed class LostThing : IPlot
{
    public string Name => "lost";

    public void Play(Stage stage)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Begin();
        stage.Tell("own", hero, thing);
        stage.Tell("love", hero, thing);
        var friend = stage.Friend();
        stage.Paragraph();
        var (lost, noticed) = (stage.Place(), stage.Place());
        stage.Go(hero, lost);
        if (stage.Chance(0.4))
        {
            stage.Tell("play", hero, thing);
        }

        stage.Tell("lose", hero, thing, lost);
        stage.Go(hero, noticed);
        stage.Tell("miss", hero, thing);
        stage.Tell("search", hero, thing);
        stage.Cry(hero);
        stage.Paragraph();
        Search(stage, friend, lost);
        stage.Paragraph();
        stage.Tell("happy", hero);
        if (stage.Chance(0.5))
        {
            stage.Home(hero);
        }

        stage.Tell(stage.Chance(0.7) ? "endcare" : "end", hero, thing);
    }

    private static void Search(Stage stage, string friend, string lost)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        if (stage.Chance(0.3))
        {
            var stranger = stage.MeetStranger(hero);
            stage.Tell("asksee", hero, stranger, thing);
            stage.Tell("dunno", stranger, hero, thing);
        }

        switch (stage.Number(0, 2))
        {
            case 0:
                stage.Tell("idearetrace", hero, thing);
                stage.Go(hero, lost);
                stage.Tell("find", hero, thing, lost);
                break;
            case 1:
                stage.GoTo(hero, friend);
                stage.Learn(hero, friend, thing, lost);
                stage.Go(hero, lost);
                stage.Tell("find", hero, thing, lost);
                break;
            default:
                stage.Go(friend, lost);
                stage.Tell("find", friend, thing, lost);
                stage.Visit(friend, hero, thing);
                stage.Tell("return", friend, hero, thing);
                stage.Tell("thank", hero, friend);
                break;
        }
    }
}
