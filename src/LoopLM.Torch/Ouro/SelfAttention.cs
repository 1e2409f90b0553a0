using LoopLM.Checkpoints.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>
/// Multi-head attention with rotary positions; where keys and values come from is the caller's choice (<see cref="IAttention"/>).
/// </summary>
public sealed class SelfAttention : nn.Module
{
    private readonly int _layer;
    private readonly int _headDimension;
    [ComponentName(Name = "q_proj")]
    private readonly Linear _queries;
    [ComponentName(Name = "k_proj")]
    private readonly Linear _keys;
    [ComponentName(Name = "v_proj")]
    private readonly Linear _values;
    [ComponentName(Name = "o_proj")]
    private readonly Linear _output;

    /// <summary>Creates the block of one layer.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="placement">Where the weights live.</param>
    public SelfAttention(OuroConfig config, int layer, Placement placement)
        : base(nameof(SelfAttention))
    {
        _layer = layer;
        _headDimension = config.HeadDimension;
        _queries = placement.Linear(config.HiddenSize, config.Heads * config.HeadDimension);
        _keys = placement.Linear(config.HiddenSize, config.KvHeads * config.HeadDimension);
        _values = placement.Linear(config.HiddenSize, config.KvHeads * config.HeadDimension);
        _output = placement.Linear(config.Heads * config.HeadDimension, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">[..., hidden].</param>
    /// <param name="rotary">Table of the rows' positions.</param>
    /// <param name="attention">What the rows attend to.</param>
    /// <returns>[..., hidden].</returns>
    public Tensor forward(Tensor input, RotaryTable rotary, IAttention attention)
    {
        var queries = rotary.Rotate(SplitHeads(_queries.forward(input)));
        var keys = rotary.Rotate(SplitHeads(_keys.forward(input)));
        var values = SplitHeads(_values.forward(input));
        return _output.forward(attention.Attend(_layer, queries, keys, values).flatten(-2));
    }

    private Tensor SplitHeads(Tensor projected) => projected.unflatten(projected.ndim - 1, -1, _headDimension);
}
