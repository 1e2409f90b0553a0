using static TorchSharp.torch;

namespace LoopLM.Torch.Kernels;

/// <summary>silu(g) u with its gradients; takes g and u of one shape, whose last dimension is a multiple of 32.</summary>
internal sealed class SwiGluFunction : autograd.SingleTensorFunction<SwiGluFunction>
{
    public override string Name => nameof(SwiGluFunction);

    public override unsafe Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var (gate, up) = (((Tensor)inputs[0]).contiguous(), ((Tensor)inputs[1]).contiguous());
        context.save_for_backward([gate, up]);
        var output = empty_like(gate);
        if (gate.dtype == ScalarType.Float32)
        {
            SwiGluKernel<float, Float32Lanes>.Forward(Memory.Of<float>(gate), Memory.Of<float>(up), Memory.Of<float>(output), gate.numel());
        }
        else
        {
            SwiGluKernel<ushort, BFloat16Lanes>.Forward(
                Memory.Of<ushort>(gate), Memory.Of<ushort>(up), Memory.Of<ushort>(output), gate.numel());
        }

        return output;
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (gate, up, incoming) = (saved[0], saved[1], gradient.contiguous());
        var (gateGradient, upGradient) = (empty_like(gate), empty_like(up));
        if (gate.dtype == ScalarType.Float32)
        {
            SwiGluKernel<float, Float32Lanes>.Backward(
                Memory.Of<float>(gate), Memory.Of<float>(up), Memory.Of<float>(incoming),
                Memory.Of<float>(gateGradient), Memory.Of<float>(upGradient), gate.numel());
        }
        else
        {
            SwiGluKernel<ushort, BFloat16Lanes>.Backward(
                Memory.Of<ushort>(gate), Memory.Of<ushort>(up), Memory.Of<ushort>(incoming),
                Memory.Of<ushort>(gateGradient), Memory.Of<ushort>(upGradient), gate.numel());
        }

        return [gateGradient, upGradient];
    }
}
