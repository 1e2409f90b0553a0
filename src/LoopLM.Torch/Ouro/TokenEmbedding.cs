using LoopLM.Checkpoints.Configuration;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>One row of the weight for each token: the state that enters loop 1.</summary>
public sealed class TokenEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    /// <summary>Creates the embedding.</summary>
    public TokenEmbedding(OuroConfig config, Placement placement)
        : base(nameof(TokenEmbedding))
    {
        weight = placement.Parameter(config.VocabularySize, config.HiddenSize);
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <returns>[..., hidden] for token ids [...].</returns>
    public override Tensor forward(Tensor input) =>
        weight.index_select(0, input.flatten()).unflatten(0, input.shape);
}
