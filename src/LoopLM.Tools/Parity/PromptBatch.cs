using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Parity;

/// <summary>One loop over all positions of one prompt. Loop t of position p has the slot (t - 1) * length + p.</summary>
internal static class PromptBatch
{
    public static LoopBatch Of(ReadOnlySpan<int> prompt, int loop)
    {
        var rows = new LoopBatchBuilder(prompt.Length);
        int[] slots = [.. Enumerable.Range((loop - 1) * prompt.Length, prompt.Length)];
        for (var position = 0; position < prompt.Length; position++)
        {
            rows.Add(new LoopRow(position, 0, position, loop, slots[position], prompt[position]), slots.AsMemory(0, position + 1));
        }

        return rows.Batch;
    }
}
