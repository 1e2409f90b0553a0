using static TorchSharp.torch;

namespace LoopLM.Torch.Kernels;

/// <summary>Root mean square normalisation with its gradients; takes x [..., d], w [d] and epsilon.</summary>
internal sealed class RmsNormFunction : autograd.SingleTensorFunction<RmsNormFunction>
{
    private const string Epsilon = "epsilon";

    public override string Name => nameof(RmsNormFunction);

    public override unsafe Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var (input, weight, epsilon) = (((Tensor)inputs[0]).contiguous(), (Tensor)inputs[1], (float)inputs[2]);
        context.save_for_backward([input, weight]);
        context.save_data(Epsilon, epsilon);
        var output = empty_like(input);
        var rows = input.numel() / weight.numel();
        if (input.dtype == ScalarType.Float32)
        {
            RmsNormKernel<float, Float32Lanes>.Forward(
                Memory.Of<float>(input), Memory.Of<float>(weight), epsilon, Memory.Of<float>(output), rows, weight.numel());
        }
        else
        {
            RmsNormKernel<ushort, BFloat16Lanes>.Forward(
                Memory.Of<ushort>(input), Memory.Of<ushort>(weight), epsilon, Memory.Of<ushort>(output), rows, weight.numel());
        }

        return output;
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (input, weight, epsilon) = (saved[0], saved[1], (float)context.get_data(Epsilon));
        var incoming = gradient.contiguous();
        var outgoing = empty_like(input);
        var weightGradient = empty(weight.shape, ScalarType.Float32);
        var rows = input.numel() / weight.numel();
        if (input.dtype == ScalarType.Float32)
        {
            RmsNormKernel<float, Float32Lanes>.Backward(
                Memory.Of<float>(input), Memory.Of<float>(weight), epsilon, Memory.Of<float>(incoming),
                Memory.Of<float>(outgoing), Memory.Of<float>(weightGradient), rows, weight.numel());
        }
        else
        {
            RmsNormKernel<ushort, BFloat16Lanes>.Backward(
                Memory.Of<ushort>(input), Memory.Of<ushort>(weight), epsilon, Memory.Of<ushort>(incoming),
                Memory.Of<ushort>(outgoing), Memory.Of<float>(weightGradient), rows, weight.numel());
        }

        return [outgoing, weightGradient.to_type(weight.dtype), null!];
    }
}
