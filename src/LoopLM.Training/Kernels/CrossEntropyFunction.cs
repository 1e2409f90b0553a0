using LoopLM.Torch.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Training.Kernels;

/// <summary>Cross entropy in float32 with its gradient; takes logits [n, vocabulary] and targets [n] (int64), gives [n].</summary>
internal sealed class CrossEntropyFunction : autograd.SingleTensorFunction<CrossEntropyFunction>
{
    public override string Name => nameof(CrossEntropyFunction);

    public override unsafe Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var (logits, targets) = (((Tensor)inputs[0]).contiguous(), ((Tensor)inputs[1]).contiguous());
        var (losses, logSums) = (empty(targets.shape, ScalarType.Float32), empty(targets.shape, ScalarType.Float32));
        context.save_for_backward([logits, targets, logSums]);
        if (logits.dtype == ScalarType.Float32)
        {
            CrossEntropyKernel<float, Float32Lanes>.Forward(
                Memory.Of<float>(logits), Memory.Of<long>(targets), Memory.Of<float>(losses),
                Memory.Of<float>(logSums), logits.shape[0], logits.shape[1]);
        }
        else
        {
            CrossEntropyKernel<ushort, BFloat16Lanes>.Forward(
                Memory.Of<ushort>(logits), Memory.Of<long>(targets), Memory.Of<float>(losses),
                Memory.Of<float>(logSums), logits.shape[0], logits.shape[1]);
        }

        return losses;
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (logits, targets, logSums, incoming) = (saved[0], saved[1], saved[2], gradient.contiguous());
        var outgoing = empty_like(logits);
        if (logits.dtype == ScalarType.Float32)
        {
            CrossEntropyKernel<float, Float32Lanes>.Backward(
                Memory.Of<float>(logits), Memory.Of<long>(targets), Memory.Of<float>(logSums),
                Memory.Of<float>(incoming), Memory.Of<float>(outgoing), logits.shape[0], logits.shape[1]);
        }
        else
        {
            CrossEntropyKernel<ushort, BFloat16Lanes>.Backward(
                Memory.Of<ushort>(logits), Memory.Of<long>(targets), Memory.Of<float>(logSums),
                Memory.Of<float>(incoming), Memory.Of<ushort>(outgoing), logits.shape[0], logits.shape[1]);
        }

        return [outgoing, null!];
    }
}
