using System.Numerics;
using LoopLM.Engine.Runners;

namespace LoopLM.Torch.Runners;

/// <summary>Which rows of a batch attend together, and the order in which those of a group are side by side.</summary>
/// <remarks>
/// Neighbours of one sequence and loop are a prompt chunk and form a group of their own. Of the others, those whose numbers of visible
/// slots lie between the same powers of two form one group, so that padding never outweighs what it pads.
/// </remarks>
internal sealed class AttentionGroups
{
    private const int SmallestPaddedKeys = 64;
    private readonly List<int> _order;
    private readonly List<RowGroup> _groups = [];

    public AttentionGroups(LoopBatch batch)
    {
        var rows = batch.Rows;
        _order = new(rows.Length);
        var singles = new SortedDictionary<uint, List<int>>();
        var chunks = new List<(int First, int Rows)>();
        for (int first = 0, end; first < rows.Length; first = end)
        {
            end = first + 1;
            while (end < rows.Length && (rows[end].Sequence, rows[end].Loop) == (rows[first].Sequence, rows[first].Loop))
            {
                end++;
            }

            if (end - first > 1)
            {
                chunks.Add((first, end - first));
                continue;
            }

            var paddedKeys = BitOperations.RoundUpToPowerOf2((uint)Math.Max(batch.VisibleSlots(first).Length, SmallestPaddedKeys));
            if (!singles.TryGetValue(paddedKeys, out var group))
            {
                singles.Add(paddedKeys, group = []);
            }

            group.Add(first);
        }

        foreach (var group in singles.Values)
        {
            _groups.Add(new(_order.Count, group.Count, RowsEach: 1, group.Max(row => batch.VisibleSlots(row).Length)));
            _order.AddRange(group);
        }

        foreach (var (first, count) in chunks)
        {
            _groups.Add(new(_order.Count, Sequences: 1, count, batch.VisibleSlots(first + count - 1).Length));
            _order.AddRange(Enumerable.Range(first, count));
        }
    }

    /// <summary>The batch's row at each place of the plan.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <summary>The groups, which cover all places in order.</summary>
    public IReadOnlyList<RowGroup> Groups => _groups;
}
