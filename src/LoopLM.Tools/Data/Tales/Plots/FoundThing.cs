namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A thing is found, and its owner is looked for.</summary>
internal sealed class FoundThing : IPlot
{
    public string Name => "found";

    public void Play(Stage stage)
    {
        var (hero, thing, place) = (stage.Hero, stage.Thing, stage.Place());
        stage.Begin();
        var friend = stage.Chance(0.6) ? stage.Friend() : null;
        stage.Paragraph();
        stage.Go(hero, place);
        stage.Tell("see", hero, thing, place);
        stage.Tell("take", hero, thing);
        stage.Tell("wonder", hero, thing);
        stage.Paragraph();
        if (friend is not null)
        {
            stage.Visit(hero, friend);
            stage.Tell("askowner", hero, friend, thing);
            stage.Tell("notmine", friend, hero, thing);
        }

        if (friend is null || stage.Chance(0.4))
        {
            var stranger = stage.MeetStranger(hero);
            stage.Tell("askowner", hero, stranger, thing);
            stage.Tell("notmine", stranger, hero, thing);
        }

        stage.Paragraph();
        var owner = stage.MeetStranger(hero);
        stage.Tell("askowner", hero, owner, thing);
        stage.Tell("mine", owner, hero, thing);
        stage.Tell("give", hero, owner, thing);
        stage.Tell("happy", owner);
        stage.Tell("thank", owner, hero);
        if (stage.Chance(0.6))
        {
            stage.Tell("reward", owner, hero, stage.NewThing());
        }

        stage.Paragraph();
        stage.EndTogether(hero, owner, "endhelp");
    }
}
