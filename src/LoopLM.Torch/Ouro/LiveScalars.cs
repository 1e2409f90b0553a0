using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>
/// Operations with numbers. The binding turns a number into a scalar object and lets go of it while libtorch still reads it: a
/// garbage collection that another thread causes can then free it, and the result is wrong. Here the scalars outlive the call; no
/// other code of this project hands a number to an operation.
/// </summary>
public static class LiveScalars
{
    private static readonly Scalar s_one = 1L;

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, s_one);

    /// <summary>Adds to every element, and returns the tensor.</summary>
    public static Tensor Add(this Tensor tensor, Tensor other) => tensor.add_(other, s_one);

    /// <summary>Adds a scalar that the caller keeps to every element, and returns the tensor.</summary>
    public static Tensor Add(this Tensor tensor, Scalar value) => tensor.add_(value, s_one);

    /// <summary>factor * tensor + addend.</summary>
    public static Tensor Scaled(this Tensor tensor, double factor, double addend = 0)
    {
        using Scalar multiplier = factor, summand = addend;
        return tensor.mul(multiplier).add(summand, s_one);
    }

    /// <summary>Divides every element, and returns the tensor.</summary>
    public static Tensor Divide(this Tensor tensor, double divisor)
    {
        using Scalar scalar = divisor;
        return tensor.div_(scalar);
    }

    /// <summary>Sets every element to a value, and returns the tensor.</summary>
    public static Tensor Fill(this Tensor tensor, double value)
    {
        using Scalar scalar = value;
        return tensor.fill_(scalar);
    }

    /// <summary>Sets the elements that a mask names to minus infinity, and returns the tensor.</summary>
    public static Tensor Hide(this Tensor tensor, Tensor mask)
    {
        using Scalar scalar = double.NegativeInfinity;
        return tensor.masked_fill_(mask, scalar);
    }

    /// <summary>The integers [stop - start] from start, below stop.</summary>
    public static Tensor Range(long start, long stop, Device device)
    {
        using Scalar first = start, end = stop;
        return arange(first, end, s_one, ScalarType.Int64, device);
    }
}
