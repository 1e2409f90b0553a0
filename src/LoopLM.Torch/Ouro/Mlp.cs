using LoopLM.Checkpoints.Configuration;
using LoopLM.Torch.Kernels;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>SwiGLU: W_down(silu(W_gate x) * W_up x).</summary>
public sealed class Mlp : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "gate_proj")]
    private readonly Linear _gate;
    [ComponentName(Name = "up_proj")]
    private readonly Linear _up;
    [ComponentName(Name = "down_proj")]
    private readonly Linear _down;

    /// <summary>Creates the block.</summary>
    public Mlp(OuroConfig config, Placement placement)
        : base(nameof(Mlp))
    {
        _gate = placement.Linear(config.HiddenSize, config.IntermediateSize);
        _up = placement.Linear(config.HiddenSize, config.IntermediateSize);
        _down = placement.Linear(config.IntermediateSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var (gate, up) = (_gate.forward(input), _up.forward(input));
        return _down.forward(FusedKernels.Suit(gate) ? SwiGluFunction.apply(gate, up) : nn.functional.silu(gate) * up);
    }
}
