using LoopLM.Checkpoints.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Everything below the head: the embedding, the layers that all loops share, the norm that ends a loop, the exit gate.</summary>
public sealed class Backbone : nn.Module
{
    [ComponentName(Name = "embed_tokens")]
    private readonly TokenEmbedding _embedding;
    [ComponentName(Name = "layers")]
    private readonly ModuleList<DecoderLayer> _layers;
    [ComponentName(Name = "norm")]
    private readonly RmsNorm _norm;
    [ComponentName(Name = "early_exit_gate")]
    private readonly ExitGate _gate;

    /// <summary>Creates the backbone.</summary>
    public Backbone(OuroConfig config, Placement placement)
        : base(nameof(Backbone))
    {
        _embedding = new(config, placement);
        _layers = new([.. Enumerable.Range(0, config.Layers).Select(layer => new DecoderLayer(config, layer, placement))]);
        _norm = new(config.HiddenSize, config.RmsNormEpsilon, placement);
        _gate = new(config, placement);
        RegisterComponents();
    }

    /// <summary>The states that enter loop 1: [..., hidden] for token ids [...].</summary>
    public Tensor Embed(Tensor tokens) => _embedding.forward(tokens);

    /// <summary>Runs one loop: all layers, then the norm. The normalised state feeds the next loop, the gate and the head alike.</summary>
    /// <param name="hidden">States [..., hidden]: embeddings, or what the previous loop returned.</param>
    /// <param name="rotary">Table of the rows' positions, the same in every loop.</param>
    /// <param name="attention">What the rows attend to in this loop.</param>
    /// <returns>[..., hidden].</returns>
    public Tensor RunLoop(Tensor hidden, RotaryTable rotary, IAttention attention)
    {
        foreach (var layer in _layers)
        {
            hidden = layer.forward(hidden, rotary, attention);
        }

        return _norm.forward(hidden);
    }

    /// <summary>The gate logits [...] of normalised states [..., hidden].</summary>
    public Tensor Gate(Tensor hidden) => _gate.forward(hidden);
}
