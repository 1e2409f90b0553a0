using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>
/// The attention of a tick: writes K and V of its rows into their slots, then gathers for each group the slots that it sees.
/// </summary>
internal sealed class SlotAttention : IAttention
{
    private readonly KvStore _store;
    private readonly Tensor _kvSlots;
    private readonly List<(RowGroup Rows, Tensor Slots, Tensor? Mask)> _groups = [];

    /// <summary>Prepares a tick; the tensors live in the caller's dispose scope.</summary>
    /// <param name="store">Keys and values.</param>
    /// <param name="plan">The groups.</param>
    /// <param name="tensors">Their slots.</param>
    /// <param name="queryGroup">Query heads that share a key head.</param>
    /// <param name="type">Type of the queries.</param>
    public SlotAttention(KvStore store, AttentionGroups plan, TickTensors tensors, int queryGroup, ScalarType type)
    {
        _store = store;
        _kvSlots = tensors.KvSlots;
        for (var index = 0; index < plan.Groups.Count; index++)
        {
            var group = plan.Groups[index];
            var (slots, lastVisible) = tensors.Group(index);
            _groups.Add(
                (group, slots, group.Sequences == 1 && group.RowsEach == 1
                    ? null
                    : GroupedQueryAttention.Mask(lastVisible, group.Keys, queryGroup, type)));
        }
    }

    /// <inheritdoc/>
    /// <remarks>The tensors are [N, heads, d], in the plan's order.</remarks>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        _store.Write(layer, _kvSlots, keys, values);
        return _groups.Count == 1
            ? Attend(layer, 0, queries)
            : cat([.. _groups.Select((group, index) => Attend(layer, index, queries.narrow(0, group.Rows.First, group.Rows.Rows)))]);
    }

    private Tensor Attend(int layer, int index, Tensor queries)
    {
        var (rows, slots, mask) = _groups[index];
        var (keys, values) = _store.Read(layer, slots);
        var attended = GroupedQueryAttention.Attend(
            queries.unflatten(0, rows.Sequences, rows.RowsEach),
            keys.unflatten(0, rows.Sequences, rows.Keys),
            values.unflatten(0, rows.Sequences, rows.Keys),
            mask);
        return attended.flatten(0, 1);
    }
}
