using LoopLM.Torch.Ouro;
using LoopLM.Torch.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Training;

/// <summary>Attention within a pass over packed documents: each position sees itself and those before it in its own document.</summary>
internal sealed class DocumentAttention : IAttention
{
    private readonly Tensor _mask;

    /// <summary>Prepares the mask; it lives in the caller's dispose scope.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="group">Query heads that share a key head.</param>
    /// <param name="placement">Device of the queries.</param>
    public DocumentAttention(TrainingBatch batch, long group, Placement placement)
    {
        using var scope = NewDisposeScope();
        var documents = tensor(batch.Documents, [batch.Rows, batch.Length]);
        var visible = documents.unsqueeze(2).eq(documents.unsqueeze(1)).tril();
        var mask = zeros(visible.shape, ScalarType.Float32).masked_fill_(visible.logical_not(), float.NegativeInfinity).unsqueeze(1);
        _mask = mask.repeat(1, 1, group, 1).to(placement.Device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>The tensors are [B, S, heads, d]. In float32: libtorch's bfloat16 attention takes several times as long on CPUs.</remarks>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values) =>
        GroupedQueryAttention.Attend(Wide(queries), Wide(keys), Wide(values), _mask).to_type(queries.dtype);

    private static Tensor Wide(Tensor tensor) => tensor.to_type(ScalarType.Float32);
}
