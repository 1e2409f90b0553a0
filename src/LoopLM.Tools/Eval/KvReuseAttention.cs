using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Tools.Eval;

/// <summary>
/// Attention of one sequence that keeps one set of keys and values for all loops once its prompt is done. The prompt itself runs with the
/// sets of its own loops, and a decoded token sees itself with the set of the current loop.
/// </summary>
/// <param name="reuse">Which set is kept.</param>
/// <param name="layers">Layers of one loop.</param>
/// <param name="loops">Loops.</param>
internal sealed class KvReuseAttention(KvReuse reuse, int layers, int loops) : IAttention
{
    private readonly (Tensor Keys, Tensor Values)?[] _kept = new (Tensor, Tensor)?[layers];
    private readonly (Tensor Keys, Tensor Values)[] _pass = new (Tensor, Tensor)[layers * loops];
    private readonly int[] _loop = new int[layers];

    /// <inheritdoc/>
    /// <remarks>The tensors are [1, S, heads, d].</remarks>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        _pass[(_loop[layer]++ * layers) + layer] = (keys, values);
        if (_kept[layer] is { } kept)
        {
            (keys, values) = (cat([kept.Keys, keys], 1), cat([kept.Values, values], 1));
        }

        var group = queries.shape[2] / keys.shape[2];
        Tensor Heads(Tensor tensor) => (group == 1 ? tensor : tensor.repeat_interleave(group, 2)).transpose(1, 2);
        return nn.functional.scaled_dot_product_attention(
            queries.transpose(1, 2), Heads(keys), Heads(values), is_casual: queries.shape[1] > 1).transpose(1, 2);
    }

    /// <summary>Ends a pass of all loops over the prompt or one token: its positions join those that are kept.</summary>
    public void EndPass()
    {
        for (var layer = 0; layer < layers; layer++)
        {
            var own = Enumerable.Range(0, loops).Select(loop => _pass[(loop * layers) + layer]).ToList();
            var (keys, values) = (Pick([.. own.Select(each => each.Keys)]), Pick([.. own.Select(each => each.Values)]));
            _kept[layer] = _kept[layer] is { } kept ? (cat([kept.Keys, keys], 1), cat([kept.Values, values], 1)) : (keys, values);
        }

        _loop.AsSpan().Clear();
    }

    private Tensor Pick(Tensor[] byLoop) => reuse switch
    {
        KvReuse.FirstLoop => byLoop[0],
        KvReuse.LastLoop => byLoop[^1],
        _ => stack(byLoop, 0).mean([0]),
    };
}
