using LoopLM.Torch.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Training.Kernels;

/// <summary>
/// Causal attention within documents with its gradients; takes queries [B, S, heads, d], keys and values [B, S, kvHeads, d], and the
/// documents as (first position in the flat [B, S], length). Positions outside them give zeros. Softmax and sums are in float32.
/// </summary>
internal sealed class DocumentAttentionFunction : autograd.SingleTensorFunction<DocumentAttentionFunction>
{
    private const string Documents = "documents";

    public override string Name => nameof(DocumentAttentionFunction);

    public override unsafe Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var (q, k, v) = (((Tensor)inputs[0]).contiguous(), ((Tensor)inputs[1]).contiguous(), ((Tensor)inputs[2]).contiguous());
        var documents = ((int, int)[])inputs[3];
        context.save_for_backward([q, k, v]);
        context.save_data(Documents, documents);
        var output = zeros_like(q);
        if (q.dtype == ScalarType.Float32)
        {
            using var kernel = new DocumentAttentionKernel<float, Float32Lanes>(q.shape[2], k.shape[2], q.shape[3], documents);
            kernel.Forward(Memory.Of<float>(q), Memory.Of<float>(k), Memory.Of<float>(v), Memory.Of<float>(output));
        }
        else
        {
            using var kernel = new DocumentAttentionKernel<ushort, BFloat16Lanes>(q.shape[2], k.shape[2], q.shape[3], documents);
            kernel.Forward(Memory.Of<ushort>(q), Memory.Of<ushort>(k), Memory.Of<ushort>(v), Memory.Of<ushort>(output));
        }

        return output;
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (q, k, v, incoming) = (saved[0], saved[1], saved[2], gradient.contiguous());
        var documents = ((int, int)[])context.get_data(Documents);
        var (dq, dk, dv) = (zeros_like(q), zeros_like(k), zeros_like(v));
        if (q.dtype == ScalarType.Float32)
        {
            using var kernel = new DocumentAttentionKernel<float, Float32Lanes>(q.shape[2], k.shape[2], q.shape[3], documents);
            kernel.Backward(
                Memory.Of<float>(q), Memory.Of<float>(k), Memory.Of<float>(v), Memory.Of<float>(incoming),
                Memory.Of<float>(dq), Memory.Of<float>(dk), Memory.Of<float>(dv));
        }
        else
        {
            using var kernel = new DocumentAttentionKernel<ushort, BFloat16Lanes>(q.shape[2], k.shape[2], q.shape[3], documents);
            kernel.Backward(
                Memory.Of<ushort>(q), Memory.Of<ushort>(k), Memory.Of<ushort>(v), Memory.Of<ushort>(incoming),
                Memory.Of<ushort>(dq), Memory.Of<ushort>(dk), Memory.Of<ushort>(dv));
        }

        return [dq, dk, dv, null!];
    }
}
