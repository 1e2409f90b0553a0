using LoopLM.Checkpoints.Configuration;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>
/// The gate w h + b on a normalised state h; its sigmoid is the probability to exit at this loop, given that no earlier one was left at.
/// </summary>
public sealed class ExitGate : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>Creates the gate.</summary>
    public ExitGate(OuroConfig config, Placement placement)
        : base(nameof(ExitGate))
    {
        weight = placement.Parameter(1, config.HiddenSize);
        bias = placement.Parameter(1);
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <returns>The logits, [...] for states [..., hidden].</returns>
    public override Tensor forward(Tensor input) => nn.functional.linear(input, weight, bias).squeeze(-1);
}
