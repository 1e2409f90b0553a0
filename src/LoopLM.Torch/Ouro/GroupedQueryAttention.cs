using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>
/// softmax(q kᵀ / sqrt(d) + mask) v, softmax in float32; g = heads / kvHeads query heads share one head of keys and values.
/// </summary>
internal static class GroupedQueryAttention
{
    /// <summary>Attends; B sequences, S queries and N keys each.</summary>
    /// <param name="queries">[B, S, heads, d].</param>
    /// <param name="keys">[B, N, kvHeads, d].</param>
    /// <param name="values">[B, N, kvHeads, d].</param>
    /// <param name="mask">From <see cref="Mask"/>; null where every query sees every key.</param>
    /// <returns>[B, S, heads, d].</returns>
    public static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        // The g queries that share a key head are as g * S queries of that head, so that keys and values are not repeated.
        var (batch, length, heads, dimension) = (queries.shape[0], queries.shape[1], queries.shape[2], queries.shape[3]);
        var (kvHeads, group) = (keys.shape[2], heads / keys.shape[2]);
        var grouped = queries.view(batch, length, kvHeads, group, dimension)
            .permute(0, 2, 3, 1, 4).reshape(batch, kvHeads, group * length, dimension);
        var attended = nn.functional.scaled_dot_product_attention(grouped, keys.transpose(1, 2), values.transpose(1, 2), mask);
        return attended.view(batch, kvHeads, group, length, dimension).permute(0, 3, 1, 2, 4).reshape(batch, length, heads, dimension);
    }

    /// <summary>The additive mask of queries that see their first keys only: 0 there, -infinity after.</summary>
    /// <param name="lastVisible">Index of the last key each query sees [B, S].</param>
    /// <param name="keys">N, the number of keys.</param>
    /// <param name="group">g, the query heads of a key head.</param>
    /// <param name="type">Type of the queries.</param>
    /// <returns>[B, 1, g * S, N].</returns>
    public static Tensor Mask(Tensor lastVisible, long keys, long group, ScalarType type)
    {
        var hidden = lastVisible.unsqueeze(-1) < LiveScalars.Range(0, keys, lastVisible.device);
        var mask = zeros(hidden.shape, type, lastVisible.device).Hide(hidden).unsqueeze(1);
        return group == 1 ? mask : mask.repeat(1, 1, group, 1);
    }
}
