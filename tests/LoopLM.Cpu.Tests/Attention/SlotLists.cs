using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Attention;

/// <summary>Batches of rows that each see the first so many slots of a list.</summary>
internal static class SlotLists
{
    public static LoopBatch Batch(params (int[] Slots, int Count)[] rows) => TestBatch.Of(
        [.. rows.Select(
            (row, index) => (new LoopRow(index, 0, row.Count - 1, 1, row.Slots[row.Count - 1], 0),
                (ReadOnlyMemory<int>)row.Slots.AsMemory(0, row.Count)))]);
}
