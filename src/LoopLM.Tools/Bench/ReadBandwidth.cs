using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LoopLM.Tools.Bench;

/// <summary>Measures how fast all threads together read memory that no cache holds.</summary>
internal static class ReadBandwidth
{
    // Longer than any cache, and long enough that starting threads takes no share.
    private const int BytesPerThread = 512 << 20;

    // Others on the machine take bandwidth for moments.
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    /// <summary>Bytes per second of the fastest pass.</summary>
    public static double Measure(int threads)
    {
        var parts = Enumerable.Range(0, threads).Select(_ => new Part()).ToArray();
        var best = 0.0;
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < s_duration)
        {
            using var barrier = new Barrier(threads + 1);
            var readers = parts.Select(part => new Thread(() => part.Read(barrier))).ToArray();
            Array.ForEach(readers, reader => reader.Start());
            barrier.SignalAndWait();
            var started = Stopwatch.GetTimestamp();
            Array.ForEach(readers, reader => reader.Join());
            best = Math.Max(best, (double)threads * BytesPerThread / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return best;
    }

    private sealed class Part
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BytesPerThread);
        private Vector<long> _sum;

        public Part() => _bytes.AsSpan().Fill(1);

        public void Read(Barrier barrier)
        {
            var vectors = MemoryMarshal.Cast<byte, Vector<long>>(_bytes);
            barrier.SignalAndWait();
            Vector<long> a = default, b = default, c = default, d = default;
            for (var i = 0; i + 3 < vectors.Length; i += 4)
            {
                a ^= vectors[i];
                b ^= vectors[i + 1];
                c ^= vectors[i + 2];
                d ^= vectors[i + 3];
            }

            _sum = a ^ b ^ c ^ d ^ _sum;
        }
    }
}
