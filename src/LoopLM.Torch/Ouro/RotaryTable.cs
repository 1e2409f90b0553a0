using LoopLM.Torch.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Cosine and sine of the angles of some rows.</summary>
public sealed class RotaryTable
{
    private readonly Tensor _cosine;
    private readonly Tensor _signedSine;
    private readonly long _half;

    /// <summary>Holds a table.</summary>
    /// <param name="cosine">[..., 1, d].</param>
    /// <param name="signedSine">[..., 1, d], its first half negated.</param>
    public RotaryTable(Tensor cosine, Tensor signedSine)
    {
        (_cosine, _signedSine) = (cosine, signedSine);
        _half = cosine.shape[^1] / 2;
    }

    /// <summary>
    /// Rotates u = queries or keys [..., heads, d] by the rotate-half convention: u * cos + concat(-u[d/2..], u[..d/2]) * sin.
    /// </summary>
    /// <remarks>
    /// The minus is in the table: exchanging the halves is then all that is left to do, and the products are the same to the bit.
    /// </remarks>
    public Tensor Rotate(Tensor heads) => FusedKernels.Suit(heads)
        ? RotationFunction.apply(heads, _cosine, _signedSine)
        : (heads * _cosine).Plus(heads.roll(_half, -1) * _signedSine);
}
