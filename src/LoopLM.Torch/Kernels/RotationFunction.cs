using static TorchSharp.torch;

namespace LoopLM.Torch.Kernels;

/// <summary>
/// The rotation u * cos + concat(u[d/2..], u[..d/2]) * s, where s is the sine with its first half negated, and its gradient; takes u [B, S,
/// heads, d], cos and s [S, 1, d]. The gradient of a rotation is the rotation by the opposite angle.
/// </summary>
internal sealed class RotationFunction : autograd.SingleTensorFunction<RotationFunction>
{
    public override string Name => nameof(RotationFunction);

    public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var (cosine, sine) = ((Tensor)inputs[1], (Tensor)inputs[2]);
        context.save_for_backward([cosine, sine]);
        return Rotate(((Tensor)inputs[0]).contiguous(), cosine, sine, direction: 1);
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        return [Rotate(gradient.contiguous(), saved[0], saved[1], direction: -1), null!, null!];
    }

    private static unsafe Tensor Rotate(Tensor heads, Tensor cosine, Tensor sine, float direction)
    {
        var output = empty_like(heads);
        var (positions, count, size) = (heads.shape[1], heads.shape[2], heads.shape[3]);
        var rows = heads.shape[0] * positions;
        if (heads.dtype == ScalarType.Float32)
        {
            RotationKernel<float, Float32Lanes>.Rotate(
                Memory.Of<float>(heads), Memory.Of<float>(cosine), Memory.Of<float>(sine),
                direction, Memory.Of<float>(output), rows, positions, count, size);
        }
        else
        {
            RotationKernel<ushort, BFloat16Lanes>.Rotate(
                Memory.Of<ushort>(heads), Memory.Of<ushort>(cosine), Memory.Of<ushort>(sine),
                direction, Memory.Of<ushort>(output), rows, positions, count, size);
        }

        return output;
    }
}
