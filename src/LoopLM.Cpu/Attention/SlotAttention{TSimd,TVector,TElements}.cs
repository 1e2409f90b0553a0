using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Attention;

/// <inheritdoc/>
internal sealed unsafe class SlotAttention<TSimd, TVector, TElements>(KvPool pool) : SlotAttention
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TElements : struct, IElements
{
    private readonly int _length = pool.HeadLength;
    private readonly nint _slotBytes = pool.SlotBytes;

    private static nint VectorBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.Count * TElements.Size;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Write(float* head, byte* slots, int slot)
    {
        var destination = slots + (slot * _slotBytes);
        for (var i = 0; i < _length; i += TSimd.Count)
        {
            TElements.Store<TSimd, TVector>(TSimd.Load(head + i), destination + ((nint)i * TElements.Size));
        }
    }

    /// <inheritdoc/>
    public override void Attend(float* query, byte* keys, byte* values, ReadOnlySpan<int> visible, float* scores, float* output)
    {
        fixed (int* slots = &MemoryMarshal.GetReference(visible))
        {
            Score(query, keys, slots, visible.Length, scores);
            var total = Exponentiate(scores, visible.Length);
            Mix(scores, 1 / total, values, slots, visible.Length, output);
        }
    }

    /// <summary>scores[p] = query . keys[slots[p]], four positions at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(float* query, byte* keys, int* slots, int count, float* scores)
    {
        for (var position = 0; position < count; position += 4)
        {
            byte* k0 = keys + (slots[position] * _slotBytes), k1 = keys + (slots[Math.Min(position + 1, count - 1)] * _slotBytes);
            byte* k2 = keys + (slots[Math.Min(position + 2, count - 1)] * _slotBytes), k3 = keys + (slots[Math.Min(position + 3, count - 1)] * _slotBytes);
            TVector s0 = default, s1 = default, s2 = default, s3 = default;
            for (nint i = 0; i < _length; i += TSimd.Count)
            {
                var q = TSimd.Load(query + i);
                var offset = i * TElements.Size;
                s0 = TSimd.MultiplyAdd(TElements.Load<TSimd, TVector>(k0 + offset), q, s0);
                s1 = TSimd.MultiplyAdd(TElements.Load<TSimd, TVector>(k1 + offset), q, s1);
                s2 = TSimd.MultiplyAdd(TElements.Load<TSimd, TVector>(k2 + offset), q, s2);
                s3 = TSimd.MultiplyAdd(TElements.Load<TSimd, TVector>(k3 + offset), q, s3);
            }

            TSimd.Sum(s0, s1, s2, s3).Store(scores + position);
        }
    }

    /// <summary>scores[p] = exp(scores[p] - their maximum); returns their sum. What pads the scores becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate(float* scores, int count)
    {
        var padded = Padding.Pad(count);
        new Span<float>(scores + count, padded - count).Fill(float.NegativeInfinity);
        var largest = TSimd.Load(scores);
        for (var i = TSimd.Count; i < padded; i += TSimd.Count)
        {
            largest = TSimd.Max(largest, TSimd.Load(scores + i));
        }

        var maximum = TSimd.Broadcast(TSimd.MaxElement(largest));
        TVector sum = default;
        for (var i = 0; i < padded; i += TSimd.Count)
        {
            var exponential = Exponential<TSimd, TVector>.Of(TSimd.Subtract(TSimd.Load(scores + i), maximum));
            TSimd.Store(exponential, scores + i);
            sum = TSimd.Add(sum, exponential);
        }

        return TSimd.Sum(sum, sum, sum, sum)[0];
    }

    /// <summary>
    /// output = factor * sum of weights[p] * values[slots[p]]. Four positions go into four sums, so that one addition need not wait for another;
    /// the last one to three positions go into the first sum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(float* weights, float factor, byte* values, int* slots, int count, float* output)
    {
        var scale = TSimd.Broadcast(factor);
        for (nint i = 0; i < _length; i += 2 * TSimd.Count)
        {
            var part = values + (i * TElements.Size);
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var position = 0;
            for (; position + 4 <= count; position += 4)
            {
                Accumulate(part, slots[position], weights[position], ref a0, ref b0);
                Accumulate(part, slots[position + 1], weights[position + 1], ref a1, ref b1);
                Accumulate(part, slots[position + 2], weights[position + 2], ref a2, ref b2);
                Accumulate(part, slots[position + 3], weights[position + 3], ref a3, ref b3);
            }

            for (; position < count; position++)
            {
                Accumulate(part, slots[position], weights[position], ref a0, ref b0);
            }

            var a = TSimd.Add(TSimd.Add(a0, a1), TSimd.Add(a2, a3));
            var b = TSimd.Add(TSimd.Add(b0, b1), TSimd.Add(b2, b3));
            TSimd.Store(TSimd.Multiply(a, scale), output + i);
            TSimd.Store(TSimd.Multiply(b, scale), output + i + TSimd.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accumulate(byte* values, int slot, float weight, ref TVector a, ref TVector b)
    {
        var value = values + (slot * _slotBytes);
        var factor = TSimd.Broadcast(weight);
        a = TSimd.MultiplyAdd(factor, TElements.Load<TSimd, TVector>(value), a);
        b = TSimd.MultiplyAdd(factor, TElements.Load<TSimd, TVector>(value + VectorBytes), b);
    }
}
