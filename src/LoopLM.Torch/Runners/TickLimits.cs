using System.Runtime.CompilerServices;
using LoopLM.Engine.Runners;

namespace LoopLM.Torch.Runners;

/// <summary>What the numbers of a batch must stay below: on CUDA an index beyond a tensor would end the process's use of the device.</summary>
/// <param name="Capacity">Row slots and KV slots.</param>
/// <param name="Model">Vocabulary and context.</param>
internal sealed record TickLimits(RunnerCapacity Capacity, ModelDescription Model)
{
    /// <summary>The slot that pads slot tables, right behind the last one.</summary>
    public int PaddingSlot => Capacity.KvSlots;

    /// <summary>Checks a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of its numbers exceeds its limit.</exception>
    public void Check(LoopRow row)
    {
        CheckRowSlot(row.RowSlot);
        Check(row.KvSlot, Capacity.KvSlots);
        Check(row.Position, Model.ContextLength);
        Check(row.Loop - 1, int.MaxValue);
        if (row.Loop == 1)
        {
            Check(row.Token, Model.VocabularySize);
        }
    }

    /// <summary>Checks a row slot.</summary>
    public void CheckRowSlot(int rowSlot) => Check(rowSlot, Capacity.Rows);

    /// <summary>Copies a slot table and pads it.</summary>
    public void CopySlots(ReadOnlySpan<int> slots, Span<long> table)
    {
        for (var index = 0; index < slots.Length; index++)
        {
            Check(slots[index], Capacity.KvSlots);
            table[index] = slots[index];
        }

        table[slots.Length..].Fill(PaddingSlot);
    }

    private static void Check(int value, int limit, [CallerArgumentExpression(nameof(value))] string what = "")
    {
        if ((uint)value >= (uint)limit)
        {
            throw new ArgumentOutOfRangeException(what, value, $"{what} must be at least 0 and below {limit}.");
        }
    }
}
