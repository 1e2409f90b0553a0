using LoopLM.Engine.Runners;
using LoopLM.Torch.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>One loop of all tokens of a window, in which every document is a sequence of its own. Row slots and KV slots are their indices; the KV slots serve all loops in turn.</summary>
internal sealed class WindowBatch : LoopBatch
{
    private readonly LoopRow[] _rows;
    private readonly int[] _slots;

    /// <summary>Lays a window out.</summary>
    /// <param name="window">A batch of one window.</param>
    /// <param name="loop">The loop, from 1.</param>
    public WindowBatch(TrainingBatch window, int loop)
    {
        Tick = loop;
        _slots = [.. Enumerable.Range(0, window.Length)];
        _rows = new LoopRow[window.Length];
        for (var (index, first) = (0, 0); index < window.Length; index++)
        {
            first = window.Documents[index] == window.Documents[first] ? first : index;
            _rows[index] = new(index, first, index - first, loop, index, (int)window.Tokens[index]);
        }
    }

    public override long Tick { get; }

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => _slots.AsSpan(_rows[row].Sequence, _rows[row].Position + 1);
}
