namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>Food is gathered, given away and counted, and what was given comes back.</summary>
internal sealed class SharedFood : IPlot
{
    public string Name => "share";

    public bool HasThing => false;

    public void Play(Stage stage)
    {
        var (hero, food) = (stage.Hero, stage.Food());
        stage.Begin();
        var friend = stage.Friend();
        stage.Paragraph();
        var start = stage.Number(5, 11);
        if (stage.Chance(0.5))
        {
            stage.Count("haven", hero, start, food);
            stage.Go(hero, stage.Place());
        }
        else
        {
            var place = stage.Place();
            stage.Go(hero, place);
            stage.Count("pick", hero, start, food, place);
        }

        Lose(stage, food);
        if (stage.Chance(0.4))
        {
            stage.Count("count", hero, stage.World.CountOf(hero, food), food);
        }

        stage.Paragraph();
        var stranger = stage.MeetStranger(hero);
        stage.Tell("hungry", stranger);
        stage.Tell("given", hero, stranger, Stage.Digits(stage.Number(1, Math.Max(1, stage.World.CountOf(hero, food) - 2))), food);
        stage.Tell("thank", stranger, hero);
        if (stage.Chance(0.5))
        {
            var gift = stage.NewThing();
            stage.Tell("reward", stranger, hero, gift);
        }
        else if (stage.Chance(0.5))
        {
            Lose(stage, food);
        }

        stage.Paragraph();
        stage.Visit(hero, friend);
        End(stage, friend, food);
    }

    private static void Lose(Stage stage, string food)
    {
        var left = stage.World.CountOf(stage.Hero, food);
        if (left > 2 && stage.Chance(0.6))
        {
            stage.Count(stage.OneOf("eat", "drop"), stage.Hero, stage.Number(1, Math.Min(3, left - 2)), food);
        }
    }

    private static void End(Stage stage, string friend, string food)
    {
        var (hero, left) = (stage.Hero, stage.World.CountOf(stage.Hero, food));
        if (left >= 2 && left % 2 == 0 && stage.Chance(0.6))
        {
            stage.Tell("split", hero, friend, Stage.Digits(left / 2), food);
        }
        else
        {
            stage.Tell("hungry", friend);
            stage.Tell("given", hero, friend, Stage.Digits(stage.Number(1, left)), food);
            stage.Tell("thank", friend, hero);
        }

        stage.EndTogether(hero, friend, "endshare");
    }
}
