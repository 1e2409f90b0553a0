using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>
/// y = w * round(x r) with r = 1 / sqrt(mean(x^2) + epsilon), row by row: a row stays in the first cache between its passes.
/// </summary>
internal static unsafe class RmsNormKernel<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    public static void Forward(T* x, T* weight, float epsilon, T* y, long rows, long size)
    {
        for (var row = 0L; row < rows; row++, x += size, y += size)
        {
            var scale = Vector512.Create(Scale(x, size, epsilon));
            for (var i = 0L; i < size; i += ILanes<T>.Count)
            {
                var ((xa, xb), (wa, wb)) = (TLanes.Load(x + i), TLanes.Load(weight + i));
                var (na, nb) = TLanes.Round(xa * scale, xb * scale);
                TLanes.Store(y + i, wa * na, wb * nb);
            }
        }
    }

    /// <summary>With u = w dy: dx = r u - r^3 mean(u x) x; dw is the sum over rows of dy x r.</summary>
    public static void Backward(T* x, T* weight, float epsilon, T* dy, T* dx, float* dw, long rows, long size)
    {
        var buffer = new float[size];
        fixed (float* sums = buffer)
        {
            for (var row = 0L; row < rows; row++, x += size, dy += size, dx += size)
            {
                var scale = Scale(x, size, epsilon);
                var (r, dot) = (Vector512.Create(scale), Vector512<float>.Zero);
                for (var i = 0L; i < size; i += ILanes<T>.Count)
                {
                    var ((xa, xb), (wa, wb), (ga, gb)) = (TLanes.Load(x + i), TLanes.Load(weight + i), TLanes.Load(dy + i));
                    var (pa, pb) = (ga * xa, gb * xb);
                    dot += (pa * wa) + (pb * wb);
                    ((pa * r) + Vector512.Load(sums + i)).Store(sums + i);
                    ((pb * r) + Vector512.Load(sums + i + 16)).Store(sums + i + 16);
                }

                var pull = Vector512.Create(scale * scale * scale * Vector512.Sum(dot) / size);
                for (var i = 0L; i < size; i += ILanes<T>.Count)
                {
                    var ((xa, xb), (wa, wb), (ga, gb)) = (TLanes.Load(x + i), TLanes.Load(weight + i), TLanes.Load(dy + i));
                    TLanes.Store(dx + i, (ga * wa * r) - (xa * pull), (gb * wb * r) - (xb * pull));
                }
            }

            for (var i = 0; i < size; i++)
            {
                var place = i % ILanes<T>.Count;
                dw[i - place + TLanes.Element(place)] = sums[i];
            }
        }
    }

    private static float Scale(T* x, long size, float epsilon)
    {
        var squares = Vector512<float>.Zero;
        for (var i = 0L; i < size; i += ILanes<T>.Count)
        {
            var (a, b) = TLanes.Load(x + i);
            squares += (a * a) + (b * b);
        }

        return 1 / MathF.Sqrt((Vector512.Sum(squares) / size) + epsilon);
    }
}
