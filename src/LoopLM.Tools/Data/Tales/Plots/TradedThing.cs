namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A wish for what someone else has, who wants another thing for it.</summary>
internal sealed class TradedThing : IPlot
{
    public string Name => "trade";

    public void Play(Stage stage)
    {
        var (hero, thing, wanted) = (stage.Hero, stage.Thing, stage.NewThing());
        stage.Begin();
        stage.Tell("wish", hero, thing);
        var owner = stage.Friend();
        stage.Tell("own", owner, thing);
        stage.Paragraph();
        stage.Visit(hero, owner);
        stage.Tell("ask", hero, owner, thing);
        if (stage.Chance(0.3))
        {
            stage.Tell("refuse", owner, hero, thing);
            stage.Cry(hero, 0.5);
        }

        stage.Tell("offer", owner, hero, thing, wanted);
        stage.Paragraph();
        stage.Acquire(hero, wanted, stage.Number(0, 1));
        stage.Paragraph();
        stage.Visit(hero, owner, wanted);
        stage.Tell("trade", hero, owner, wanted, thing);
        stage.Tell("happy", hero);
        if (stage.Chance(0.4))
        {
            stage.Tell("play", hero, thing);
        }

        stage.EndTogether(hero, owner, "endpair");
    }
}
