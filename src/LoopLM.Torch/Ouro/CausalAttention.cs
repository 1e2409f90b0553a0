using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Dense attention within a pass over whole sequences: each position sees itself and those before it.</summary>
public sealed class CausalAttention : IAttention
{
    private readonly Tensor _mask;

    /// <summary>Prepares the mask; it lives in the caller's dispose scope.</summary>
    /// <param name="length">Positions of each sequence.</param>
    /// <param name="group">Query heads that share a key head.</param>
    /// <param name="placement">Device and type of the queries.</param>
    public CausalAttention(long length, long group, Placement placement)
    {
        using var scope = NewDisposeScope();
        var positions = LiveScalars.Range(0, length, placement.Device).unsqueeze(0);
        _mask = GroupedQueryAttention.Mask(positions, length, group, placement.DataType).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>The tensors are [B, S, heads, d].</remarks>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values) =>
        GroupedQueryAttention.Attend(queries, keys, values, _mask);
}
