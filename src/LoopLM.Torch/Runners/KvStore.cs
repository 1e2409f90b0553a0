using LoopLM.Checkpoints.Configuration;
using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>Keys and values of all layers, one KV slot for each (position, loop).</summary>
internal sealed class KvStore : IDisposable
{
    // Per layer [slots + 1, kvHeads, d].
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    public KvStore(OuroConfig config, int slots, Placement placement)
    {
        Tensor[] Allocate() =>
        [
            .. Enumerable.Range(0, config.Layers).Select(_ =>
                zeros(slots + 1L, config.KvHeads, config.HeadDimension, placement.DataType, placement.Device).DetachFromDisposeScope())
        ];
        _keys = Allocate();
        _values = Allocate();
        PaddingSlot = slots;
    }

    /// <summary>A slot of zeros that is never written: what a padded slot table names past its end.</summary>
    public int PaddingSlot { get; }

    /// <summary>Writes keys and values [N, kvHeads, d] of one layer into N distinct slots.</summary>
    public void Write(int layer, Tensor slots, Tensor keys, Tensor values)
    {
        _keys[layer].index_copy_(0, slots, keys);
        _values[layer].index_copy_(0, slots, values);
    }

    /// <summary>Gathers keys and values of one layer.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="slots">[N] slots.</param>
    /// <returns>Both [N, kvHeads, d].</returns>
    public (Tensor Keys, Tensor Values) Read(int layer, Tensor slots) =>
        (_keys[layer].index_select(0, slots), _values[layer].index_select(0, slots));

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. _keys, .. _values])
        {
            tensor.Dispose();
        }
    }
}
