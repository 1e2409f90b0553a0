using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Runners;

/// <summary>
/// What the numbers of a batch must stay below, for runners to check before they compute: the numbers become addresses, and on CUDA one
/// beyond a tensor would end the process's use of the device. Checking allocates nothing.
/// </summary>
/// <param name="Capacity">Row slots, KV slots and position slots.</param>
/// <param name="Model">Vocabulary and context.</param>
public sealed record BatchLimits(RunnerCapacity Capacity, ModelDescription Model)
{
    /// <summary>Most positions that a row can see: each has a slot of its own.</summary>
    public int Positions => Math.Min(Model.ContextLength, Capacity.KvSlots);

    /// <summary>Checks a batch of loops.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of its numbers exceeds its limit.</exception>
    public void CheckLoop(LoopBatch batch)
    {
        var rows = batch.Rows;
        Check(rows.Length, Capacity.Rows + 1);
        for (var index = 0; index < rows.Length; index++)
        {
            ref readonly var row = ref rows[index];
            Check(row.RowSlot, Capacity.Rows);
            Check(row.KvSlot, Capacity.KvSlots);
            Check(row.Position, Model.ContextLength);
            Check(row.Loop - 1, int.MaxValue);
            if (row.Loop == 1)
            {
                Check(row.Token, Model.VocabularySize);
            }

            var visible = batch.VisibleSlots(index);
            Check(visible.Length - 1, Positions);
            CheckSlots(visible, Capacity.KvSlots, "visible slot");
            CheckSlots(batch.PositionSlots(index), Capacity.PositionSlots, "position slot");
        }
    }

    /// <summary>Checks a batch for the head.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of its numbers exceeds its limit.</exception>
    public void CheckHead(LoopBatch rows)
    {
        Check(rows.Rows.Length, Capacity.Rows + 1);
        for (var index = 0; index < rows.Rows.Length; index++)
        {
            Check(rows.Rows[index].RowSlot, Capacity.Rows);
            CheckSlots(rows.PositionSlots(index), Capacity.PositionSlots, "position slot");
        }
    }

    /// <summary>Checks row slots.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them, or their number, exceeds its limit.</exception>
    public void CheckRowSlots(ReadOnlySpan<int> rowSlots)
    {
        Check(rowSlots.Length, Capacity.Rows + 1);
        foreach (var rowSlot in rowSlots)
        {
            Check(rowSlot, Capacity.Rows);
        }
    }

    private static void CheckSlots(ReadOnlySpan<int> slots, int limit, string what)
    {
        if (slots.IsEmpty)
        {
            return;
        }

        var largest = 0u;
        foreach (var slot in slots)
        {
            largest = Math.Max(largest, (uint)slot);
        }

        Check((int)largest, limit, what);
    }

    private static void Check(int value, int limit, [CallerArgumentExpression(nameof(value))] string what = "")
    {
        if ((uint)value >= (uint)limit)
        {
            throw new ArgumentOutOfRangeException(what, value, $"{what} must be at least 0 and below {limit}.");
        }
    }
}
