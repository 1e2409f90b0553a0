using System.Runtime.InteropServices;
using LoopLM.Engine.Runners;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>The integers of a tick on the device, in the plan's order: one buffer, one upload.</summary>
internal sealed class TickTensors
{
    private readonly Tensor _buffer;
    private readonly AttentionGroups _plan;
    private readonly long[] _groupStarts;
    private readonly int _rows;
    private readonly int _firstLoopRows;

    /// <summary>Uploads a batch. The tensors live in the caller's dispose scope.</summary>
    /// <param name="batch">The batch, checked.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="paddingSlot">The slot that fills up slot tables.</param>
    /// <param name="device">Where to upload it.</param>
    public TickTensors(LoopBatch batch, AttentionGroups plan, int paddingSlot, Device device)
    {
        _plan = plan;
        _rows = batch.Rows.Length;
        foreach (var row in batch.Rows)
        {
            _firstLoopRows += row.Loop == 1 ? 1 : 0;
        }

        var size = (4L * _rows) + (2L * _firstLoopRows);
        _groupStarts = new long[plan.Groups.Count];
        for (var group = 0; group < plan.Groups.Count; group++)
        {
            _groupStarts[group] = size;
            size += plan.Groups[group].Slots;
        }

        var host = empty(size, ScalarType.Int64, CPU);
        Fill(MemoryMarshal.Cast<byte, long>(host.bytes), batch, paddingSlot);
        _buffer = device.type == DeviceType.CPU ? host : host.to(device);
    }

    /// <summary>[N] row slots.</summary>
    public Tensor RowSlots => _buffer.narrow(0, 0, _rows);

    /// <summary>[N] slots that receive K and V.</summary>
    public Tensor KvSlots => _buffer.narrow(0, _rows, _rows);

    /// <summary>[N] positions.</summary>
    public Tensor Positions => _buffer.narrow(0, 2L * _rows, _rows);

    /// <summary>Row slots and token ids of the rows at loop 1; null where there are none.</summary>
    public (Tensor RowSlots, Tensor Tokens)? FirstLoop => _firstLoopRows == 0
        ? null
        : (_buffer.narrow(0, 4L * _rows, _firstLoopRows), _buffer.narrow(0, (4L * _rows) + _firstLoopRows, _firstLoopRows));

    /// <summary>The slot table [B * N] of a group, and how many slots each row sees less one [B, S].</summary>
    public (Tensor Slots, Tensor LastVisible) Group(int index)
    {
        var group = _plan.Groups[index];
        return (
            _buffer.narrow(0, _groupStarts[index], group.Slots),
            _buffer.narrow(0, (3L * _rows) + group.First, group.Rows).view(group.Sequences, group.RowsEach));
    }

    private void Fill(Span<long> buffer, LoopBatch batch, int paddingSlot)
    {
        var firstLoop = 4 * _rows;
        for (var place = 0; place < _rows; place++)
        {
            var row = batch.Rows[_plan.Order[place]];
            buffer[place] = row.RowSlot;
            buffer[_rows + place] = row.KvSlot;
            buffer[(2 * _rows) + place] = row.Position;
            buffer[(3 * _rows) + place] = batch.VisibleSlots(_plan.Order[place]).Length - 1;
            if (row.Loop == 1)
            {
                buffer[firstLoop] = row.RowSlot;
                buffer[firstLoop + _firstLoopRows] = row.Token;
                firstLoop++;
            }
        }

        for (var index = 0; index < _groupStarts.Length; index++)
        {
            var group = _plan.Groups[index];
            var table = buffer.Slice((int)_groupStarts[index], group.Slots);
            for (var sequence = 0; sequence < group.Sequences; sequence++)
            {
                var lastRow = group.First + ((sequence + 1) * group.RowsEach) - 1;
                var slots = table.Slice(sequence * group.Keys, group.Keys);
                var visible = batch.VisibleSlots(_plan.Order[lastRow]);
                for (var position = 0; position < slots.Length; position++)
                {
                    slots[position] = position < visible.Length ? visible[position] : paddingSlot;
                }
            }
        }
    }
}
