using LoopLM.Engine.Runners;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>
/// One loop of all tokens of a window, in which every document is a sequence of its own. Row slots and KV slots are
/// their indices; the KV slots serve all loops in turn.
/// </summary>
internal static class WindowBatch
{
    /// <summary>Lays a window out.</summary>
    /// <param name="window">A batch of one window.</param>
    /// <param name="loop">The loop, from 1.</param>
    /// <param name="chosen">The tokens to take, in rising order; all where it is null.</param>
    public static LoopBatch Of(TrainingBatch window, int loop, int[]? chosen = null)
    {
        int[] slots = [.. Enumerable.Range(0, window.Length)];
        var starts = new int[window.Length];
        for (var index = 1; index < window.Length; index++)
        {
            starts[index] = window.Documents[index] == window.Documents[index - 1] ? starts[index - 1] : index;
        }

        var rows = new LoopBatchBuilder(window.Length);
        foreach (var index in chosen ?? slots)
        {
            var (first, position) = (starts[index], index - starts[index]);
            rows.Add(new LoopRow(index, first, position, loop, index, (int)window.Tokens[index]), slots.AsMemory(first, position + 1));
        }

        return rows.Batch;
    }
}
