using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>What the queries of a pass attend to: the pass itself (<see cref="CausalAttention"/>) or what a store holds.</summary>
public interface IAttention
{
    /// <summary>Attends in one layer.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="queries">Rotated queries [..., heads, d].</param>
    /// <param name="keys">Rotated keys of the same rows [..., kvHeads, d].</param>
    /// <param name="values">Values of the same rows [..., kvHeads, d].</param>
    /// <returns>[..., heads, d].</returns>
    Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values);
}
