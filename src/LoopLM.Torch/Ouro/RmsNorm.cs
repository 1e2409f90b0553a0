using LoopLM.Torch.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Root mean square normalisation over the last dimension: w * x / sqrt(mean(x^2) + epsilon).</summary>
/// <remarks>
/// The mean is taken in float32. The normalised value is rounded to the type of x before it is multiplied by w, as the
/// published model does: in bfloat16 that is two roundings.
/// </remarks>
public sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private static readonly long[] s_lastDimension = [-1];
    private readonly Parameter weight;
    private readonly Scalar _epsilon;

    /// <summary>Creates the norm with a weight of unspecified values.</summary>
    /// <param name="size">Length of the last dimension.</param>
    /// <param name="epsilon">Added to the mean of squares.</param>
    /// <param name="placement">Where the weight lives and its type.</param>
    public RmsNorm(int size, double epsilon, Placement placement)
        : base(nameof(RmsNorm))
    {
        weight = placement.Parameter(size);
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (FusedKernels.Suit(input))
        {
            return RmsNormFunction.apply(input, weight, (float)_epsilon.ToDouble());
        }

        var type = input.dtype;
        var wide = type == ScalarType.Float32 ? input : input.to_type(ScalarType.Float32);
        var normalised = wide * (wide * wide).mean(s_lastDimension, keepdim: true).Add(_epsilon).rsqrt_();
        return weight * (type == ScalarType.Float32 ? normalised : normalised.to_type(type));
    }
}
