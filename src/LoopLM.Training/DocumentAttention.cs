using LoopLM.Torch.Kernels;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using LoopLM.Training.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>Attention within a pass over packed documents: each position sees itself and those before it in its own document.</summary>
/// <param name="batch">The rows.</param>
/// <param name="group">Query heads that share a key head.</param>
/// <param name="placement">Device of the queries.</param>
internal sealed class DocumentAttention(TrainingBatch batch, long group, Placement placement) : IAttention
{
    private readonly (int Start, int Length)[] _documents = FindDocuments(batch);
    private Tensor? _mask;

    /// <inheritdoc/>
    /// <remarks>The tensors are [B, S, heads, d]. In float32: libtorch's bfloat16 attention takes several times as long on CPUs.</remarks>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        if (FusedKernels.Suit(queries))
        {
            return DocumentAttentionFunction.apply(queries, keys, values, _documents);
        }

        static Tensor Wide(Tensor tensor) => tensor.to_type(ScalarType.Float32);
        return GroupedQueryAttention.Attend(Wide(queries), Wide(keys), Wide(values), _mask ??= Mask()).to_type(queries.dtype);
    }

    private Tensor Mask()
    {
        var documents = tensor(batch.Documents, [batch.Rows, batch.Length]);
        var hidden = documents.unsqueeze(2).ne(documents.unsqueeze(1))
            .logical_or(ones(batch.Length, batch.Length, ScalarType.Bool).triu(1));
        var mask = zeros(hidden.shape, ScalarType.Float32).Hide(hidden).unsqueeze(1);
        return mask.repeat(1, 1, group, 1).to(placement.Device);
    }

    private static (int Start, int Length)[] FindDocuments(TrainingBatch batch)
    {
        var documents = new List<(int, int)>();
        for (var start = 0; start < batch.Documents.Length;)
        {
            var end = start + 1;
            while (end % batch.Length != 0 && batch.Documents[end] == batch.Documents[start])
            {
                end++;
            }

            if (batch.Documents[start] >= 0)
            {
                documents.Add((start, end - start));
            }

            start = end;
        }

        return [.. documents];
    }
}
