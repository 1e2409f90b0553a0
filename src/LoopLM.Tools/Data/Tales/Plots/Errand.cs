namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A present for a friend, an obstacle on the way, and a borrowed tool that is brought back.</summary>
internal sealed class Errand : IPlot
{
    public string Name => "errand";

    public void Play(Stage stage)
    {
        var (hero, gift, tool) = (stage.Hero, stage.Thing, stage.NewThing(isTool: true));
        stage.Begin();
        var friend = stage.Friend();
        stage.Tell("own", hero, gift);
        stage.Tell("errand", hero, friend, gift);
        stage.Paragraph();
        var blocked = stage.Place();
        stage.Go(hero, blocked);
        stage.Tell("block", hero, tool, blocked);
        var (place, helper) = (stage.Place(), stage.Person());
        stage.Seek(hero, tool, place);
        stage.Tell("meetnew", hero, helper, place);
        stage.Tell("own", helper, tool);
        stage.Tell("borrow", hero, helper, tool);
        if (stage.Chance(0.3))
        {
            stage.Tell("refuse", helper, hero, tool);
            stage.Cry(hero, 0.4);
            stage.Tell("plead", hero, helper);
        }

        stage.Tell("lend", helper, hero, tool);
        stage.Tell("promise", hero, helper, tool);
        stage.Paragraph();
        stage.Tell("use", hero, tool);
        stage.Visit(hero, friend, stage.Chance(0.7) ? gift : null);
        stage.Tell("give", hero, friend, gift);
        stage.Tell(stage.OneOf("happy", "thank"), friend, hero);
        stage.Paragraph();
        stage.Visit(hero, helper, stage.Chance(0.7) ? tool : null);
        stage.Tell("keep", hero, helper, tool);
        stage.EndTogether(hero, helper, "endpromise");
    }
}
