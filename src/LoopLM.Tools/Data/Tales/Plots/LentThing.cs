namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A lent thing wanders from hand to hand; its owner needs it and follows it.</summary>
internal sealed class LentThing : IPlot
{
    public string Name => "lend";

    public void Play(Stage stage)
    {
        var (hero, thing) = (stage.Hero, stage.Thing);
        stage.Begin();
        stage.Tell("own", hero, thing);
        var friend = stage.Friend();
        stage.Paragraph();
        stage.Visit(friend, hero);
        stage.Tell("borrow", friend, hero, thing);
        stage.Tell("lend", hero, friend, thing);
        if (stage.Chance(0.6))
        {
            stage.Tell("promise", friend, hero, thing);
        }

        stage.Paragraph();
        var third = stage.MeetStranger(friend);
        stage.Tell("borrow", third, friend, thing);
        stage.Tell("lend", friend, third, thing);
        if (stage.Chance(0.5))
        {
            stage.Go(third, stage.Place());
        }
        else
        {
            stage.Go(friend, stage.Place());
        }

        stage.Paragraph();
        stage.Tell("need", hero, thing);
        stage.GoTo(hero, friend);
        stage.Tell("askback", hero, friend, thing);
        stage.Tell("tellholder", friend, hero, third, thing);
        if (stage.Chance(0.5))
        {
            stage.Tell("sorry", friend, hero);
        }

        stage.GoTo(hero, third);
        stage.Tell("reclaim", hero, third, thing);
        stage.Tell("return", third, hero, thing);
        stage.Paragraph();
        stage.Tell("happy", hero);
        if (stage.Chance(0.5))
        {
            stage.Tell("thank", hero, third);
        }

        stage.Tell(stage.Chance(0.6) ? "endcare" : "end", hero, thing);
    }
}
