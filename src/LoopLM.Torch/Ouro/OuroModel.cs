using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>
/// Ouro (arXiv 2510.25741): one stack of layers applied T times. The names of the parameters are those of the published
/// checkpoints. <see cref="forward"/> runs whole sequences and is differentiable through all loops; a runner calls
/// <see cref="Backbone"/> and <see cref="Head"/> itself.
/// </summary>
public sealed class OuroModel : nn.Module<Tensor, IReadOnlyList<LoopOutput>>
{
    [ComponentName(Name = "model")]
    private readonly Backbone _backbone;
    [ComponentName(Name = "lm_head")]
    private readonly Linear _head;

    /// <summary>Creates the model with weights of unspecified values: <see cref="Load"/> or <see cref="Initialise"/> fills them.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="placement">Where the weights live and their type; null for float32 on the CPU.</param>
    public OuroModel(OuroConfig config, Placement? placement = null)
        : base(nameof(OuroModel))
    {
        Config = config;
        Placement = placement ?? Placement.Default;
        _backbone = new(config, Placement);
        _head = Placement.Linear(config.HiddenSize, config.VocabularySize);
        Rotary = new(config.HeadDimension, config.RopeTheta, Placement);
        RegisterComponents();
    }

    /// <summary>The model's shape.</summary>
    public OuroConfig Config { get; }

    /// <summary>Where the weights live and their type.</summary>
    public Placement Placement { get; }

    /// <summary>Everything below the head.</summary>
    public Backbone Backbone => _backbone;

    /// <summary>The position tables.</summary>
    public RotaryEmbedding Rotary { get; }

    /// <summary>Logits [..., vocabulary] of normalised states [..., hidden].</summary>
    public Tensor Head(Tensor hidden) => _head.forward(hidden);

    /// <summary>Runs all loops of whole sequences, each loop with its own keys and values.</summary>
    /// <param name="input">Token ids [B, S] (int64).</param>
    /// <returns>One output per loop, in order.</returns>
    public override IReadOnlyList<LoopOutput> forward(Tensor input)
    {
        var length = input.shape[^1];
        var rotary = Rotary.At(LiveScalars.Range(0, length, Placement.Device));
        var attention = new CausalAttention(length, Config.Heads / Config.KvHeads, Placement);
        var hidden = _backbone.Embed(input);
        var outputs = new List<LoopOutput>(Config.Loops);
        for (var loop = 1; loop <= Config.Loops; loop++)
        {
            hidden = _backbone.RunLoop(hidden, rotary, attention);
            outputs.Add(new(hidden, _backbone.Gate(hidden), Head(hidden)));
        }

        return outputs;
    }

    /// <summary>Fills the weights from a checkpoint, whose values are rounded to the model's type.</summary>
    /// <param name="checkpoint">Holds a tensor for each parameter.</param>
    /// <exception cref="ArgumentException">The checkpoint is packed.</exception>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void Load(Checkpoint checkpoint)
    {
        if (checkpoint.Config.PackedWeights is { } packed)
        {
            throw new ArgumentException(
                $"The checkpoint is packed as {packed}, which the cpu runner alone computes with; choose that runner, "
                    + "or the checkpoint that this one was made of.");
        }

        using var _ = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            using var scope = NewDisposeScope();
            parameter.copy_(CheckpointTensor.Read(checkpoint, name, parameter.shape));
        }
    }

    /// <summary>
    /// Fills the weights for training from scratch, from normal distributions: embeddings of deviation 1, so that the token is not drowned
    /// by the first blocks, whose norms give their outputs a root mean square of 1, plus one vector of the same deviation that all tokens
    /// share: queries and keys have no biases, and only what tokens have in common lets a head attend by position alone, as the one before
    /// must be found. Head and gate of 0.02; other matrices of 1 / sqrt(inputs). Norms are one, biases zero.
    /// </summary>
    /// <param name="seed">Seed of the distributions.</param>
    public void Initialise(long seed)
    {
        using var _ = no_grad();
        using var generator = new Generator((ulong)seed, Placement.Device);
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.ndim > 1)
            {
                parameter.normal_(0, Deviation(name, parameter.shape[1]), generator);
                if (name == EmbeddingName)
                {
                    using var scope = NewDisposeScope();
                    parameter.Add(randn([1, parameter.shape[1]], generator: generator, device: Placement.Device));
                }
            }
            else
            {
                parameter.Fill(name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);
            }
        }
    }

    private const string EmbeddingName = "model.embed_tokens.weight";

    private static double Deviation(string name, long inputs) => name switch
    {
        EmbeddingName => 1,
        "lm_head.weight" or "model.early_exit_gate.weight" => 0.02,
        _ => 1 / Math.Sqrt(inputs),
    };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Rotary.Dispose();
        }

        base.Dispose(disposing);
    }
}
