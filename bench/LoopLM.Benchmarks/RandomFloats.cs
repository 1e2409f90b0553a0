using LoopLM.Cpu.Memory;

namespace LoopLM.Benchmarks;

/// <summary>Random numbers to compute with.</summary>
internal static unsafe class RandomFloats
{
    /// <summary>Numbers from -1 to 1, the same ones each time.</summary>
    public static NativeBuffer Create(long count)
    {
        var buffer = NativeBuffer.OfFloats(count);
        var random = new Random(1);
        for (var i = 0L; i < count; i++)
        {
            buffer.Floats[i] = (2 * random.NextSingle()) - 1;
        }

        return buffer;
    }
}
