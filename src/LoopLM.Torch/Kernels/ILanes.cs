using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>
/// Reads and writes 32 elements of memory as two vectors of 16 floats. Which element is where is the type's own affair: the same
/// for every array, so element-wise work and sums need not know.
/// </summary>
/// <typeparam name="T">What memory holds.</typeparam>
internal interface ILanes<T>
    where T : unmanaged
{
    /// <summary>Elements of one access.</summary>
    const int Count = 32;

    static abstract unsafe (Vector512<float> A, Vector512<float> B) Load(T* from);

    static abstract unsafe void Store(T* to, Vector512<float> a, Vector512<float> b);

    /// <summary>The values after a round trip through memory.</summary>
    static abstract (Vector512<float> A, Vector512<float> B) Round(Vector512<float> a, Vector512<float> b);

    /// <summary>Exchanges the first 16 elements with the second 16.</summary>
    static abstract (Vector512<float> A, Vector512<float> B) SwapHalves(Vector512<float> a, Vector512<float> b);

    /// <summary>The value of one element.</summary>
    static abstract float Widen(T element);

    /// <summary>The element that a value is written as.</summary>
    static abstract T Narrow(float value);

    /// <summary>Index of the element that is at a place of the 32, A first.</summary>
    static abstract int Element(int place);
}
