using System.Runtime.InteropServices;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Which windows of some documents are scored.</summary>
/// <param name="Window">Tokens of a window; a longer document starts anew in the next.</param>
/// <param name="MaxTokens">Most tokens of a kind: beyond that, windows are drawn.</param>
/// <param name="Seed">Seed of the drawing.</param>
internal sealed record WindowSample(int Window, int MaxTokens, int Seed)
{
    /// <summary>The windows, in the order of the documents.</summary>
    public List<Window> Of(TokenSplit split) =>
        [.. WindowPacker.Pack(split, Window).GroupBy(window => split.Kinds[window.Document]).SelectMany(Draw)];

    private IEnumerable<Window> Draw(IEnumerable<Window> windows)
    {
        var all = windows.ToList();
        new Random(Seed).Shuffle(CollectionsMarshal.AsSpan(all));
        var left = (long)MaxTokens;
        return all.TakeWhile(window => (left -= window.Length) >= 0).OrderBy(window => window.Start);
    }
}
