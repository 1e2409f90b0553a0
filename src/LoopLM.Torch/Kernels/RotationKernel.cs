using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>Rotates the heads of rows of positions.</summary>
internal static unsafe class RotationKernel<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    /// <summary>y = x * cosine + direction * swap(x) * sine, where swap exchanges the halves of a head.</summary>
    /// <param name="x">[rows, heads, size].</param>
    /// <param name="cosine">[positions, size].</param>
    /// <param name="sine">[positions, size].</param>
    /// <param name="direction">1 or -1.</param>
    /// <param name="y">[rows, heads, size].</param>
    /// <param name="rows">A multiple of positions.</param>
    /// <param name="positions">Positions of a sequence.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="size">32, or a multiple of 64.</param>
    public static void Rotate(T* x, T* cosine, T* sine, float direction, T* y, long rows, long positions, long heads, long size)
    {
        var sign = Vector512.Create(direction);
        for (var row = 0L; row < rows; row++)
        {
            var table = row % positions * size;
            for (var head = 0L; head < heads; head++, x += size, y += size)
            {
                for (var i = 0L; i < size; i += ILanes<T>.Count)
                {
                    var ((xa, xb), (ca, cb), (sa, sb)) =
                        (TLanes.Load(x + i), TLanes.Load(cosine + table + i), TLanes.Load(sine + table + i));
                    var (ua, ub) = size == ILanes<T>.Count ? TLanes.SwapHalves(xa, xb) : TLanes.Load(x + ((i + (size / 2)) % size));
                    TLanes.Store(y + i, (xa * ca) + (ua * sa * sign), (xb * cb) + (ub * sb * sign));
                }
            }
        }
    }
}
