using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Sums of tensors. The binding's operator + makes a scalar for each sum and lets go of it while libtorch still reads it: a garbage collection on another thread can then free it.</summary>
internal static class Addition
{
    private static readonly Scalar One = 1;

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);
}
