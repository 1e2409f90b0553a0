using LoopLM.Checkpoints.Configuration;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>One layer with sandwich norms: each block is normalised before and after, the second time inside its residual branch.</summary>
public sealed class DecoderLayer : nn.Module
{
    // The checkpoint's names mislead: "post_attention_layernorm" is before the MLP, and the two "_2" norms are after their blocks.
    [ComponentName(Name = "input_layernorm")]
    private readonly RmsNorm _beforeAttention;
    [ComponentName(Name = "input_layernorm_2")]
    private readonly RmsNorm _afterAttention;
    [ComponentName(Name = "post_attention_layernorm")]
    private readonly RmsNorm _beforeMlp;
    [ComponentName(Name = "post_attention_layernorm_2")]
    private readonly RmsNorm _afterMlp;
    [ComponentName(Name = "self_attn")]
    private readonly SelfAttention _attention;
    [ComponentName(Name = "mlp")]
    private readonly Mlp _mlp;

    /// <summary>Creates a layer.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="placement">Where the weights live.</param>
    public DecoderLayer(OuroConfig config, int layer, Placement placement)
        : base(nameof(DecoderLayer))
    {
        RmsNorm Norm() => new(config.HiddenSize, config.RmsNormEpsilon, placement);
        (_beforeAttention, _afterAttention, _beforeMlp, _afterMlp) = (Norm(), Norm(), Norm(), Norm());
        _attention = new(config, layer, placement);
        _mlp = new(config, placement);
        RegisterComponents();
    }

    /// <summary>Applies the layer; see <see cref="SelfAttention.forward"/> for the arguments.</summary>
    public Tensor forward(Tensor hidden, RotaryTable rotary, IAttention attention)
    {
        hidden = hidden.Plus(_afterAttention.forward(_attention.forward(_beforeAttention.forward(hidden), rotary, attention)));
        return hidden.Plus(_afterMlp.forward(_mlp.forward(_beforeMlp.forward(hidden))));
    }
}
