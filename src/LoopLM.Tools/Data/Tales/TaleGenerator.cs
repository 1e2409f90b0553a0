using LoopLM.Tools.Data.Tales.Plots;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales;

/// <summary>Draws tales.</summary>
internal static class TaleGenerator
{
    private const int FewestWords = 80;
    private const int MostWords = 250;

    private static readonly IPlot[] s_plots =
    [
        new LostThing(), new TradedThing(), new BorrowedThing(), new SharedFood(), new HiddenThing(), new BrokenThing(), new Errand(),
            new FoundThing(), new QuarrelledThing(), new LentThing(),
    ];

    /// <summary>Draws a tale of 80 to 250 words.</summary>
    /// <param name="random">Decides everything.</param>
    /// <param name="heldOut">Whether it is to be one that is held out; null where that does not matter.</param>
    public static Tale Draw(Random random, bool? heldOut = null)
    {
        for (; ; )
        {
            var plot = s_plots[random.Next(s_plots.Length)];
            var (hero, thing) = (Stage.Draw(random, "good"), plot.HasThing
                ? Lexicon.Ordered.Things[random.Next(Lexicon.Ordered.Things.Count)] : null);
            var title = $"{hero.Name} the {hero.Kind} and the {thing ?? "feast"}";
            if ((plot.Breaks && Lexicon.Unbreakable.Contains(thing!)) || (heldOut is { } wanted && HeldOut.Contains(title) != wanted))
            {
                continue;
            }

            var tale = Play(random, plot, hero, thing, title);
            if (tale.Text.Split(' ', '\n').Length is >= FewestWords and <= MostWords)
            {
                return tale;
            }
        }
    }

    private static Tale Play(Random random, IPlot plot, Person hero, string? thing, string title)
    {
        var stage = new Stage(random, hero, thing);
        plot.Play(stage);
        var food = stage.Sentences.Select(sentence => sentence.Event.Of('f')).FirstOrDefault(food => food is not null);
        return new(title, plot.Name, hero, thing ?? Lexicon.Foods[food!], stage.Cast, stage.Sentences);
    }
}
