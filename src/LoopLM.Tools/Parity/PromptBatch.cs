using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Parity;

/// <summary>One loop over all positions of one prompt. Loop t of position p has the slot (t - 1) * length + p.</summary>
internal sealed class PromptBatch : LoopBatch
{
    private readonly LoopRow[] _rows;
    private readonly int[] _slots;
    private readonly int _loop;

    public PromptBatch(ReadOnlySpan<int> prompt, int loop)
    {
        _loop = loop;
        _rows = new LoopRow[prompt.Length];
        _slots = [.. Enumerable.Range((loop - 1) * prompt.Length, prompt.Length)];
        for (var position = 0; position < prompt.Length; position++)
        {
            _rows[position] = new LoopRow(position, 0, position, loop, _slots[position], prompt[position]);
        }
    }

    public override long Tick => _loop;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => _slots.AsSpan(0, row + 1);
}
