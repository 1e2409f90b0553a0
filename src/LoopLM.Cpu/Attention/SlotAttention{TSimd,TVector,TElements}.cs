using System.Runtime.CompilerServices;
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
    /// <remarks>Eight positions at a time: as many sums hide the latency of an addition. Each has its own, so how many there are changes no score.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Score(float* query, byte* keys, int* slots, int count, float* scores)
    {
        nint length = _length;
        var position = 0;
        for (; position + 8 <= count; position += 8)
        {
            byte* k0 = Slot(keys, slots[position]), k1 = Slot(keys, slots[position + 1]), k2 = Slot(keys, slots[position + 2]), k3 = Slot(keys, slots[position + 3]);
            byte* k4 = Slot(keys, slots[position + 4]), k5 = Slot(keys, slots[position + 5]), k6 = Slot(keys, slots[position + 6]), k7 = Slot(keys, slots[position + 7]);
            TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            for (nint i = 0; i < length; i += TSimd.Count)
            {
                var q = TSimd.Load(query + i);
                s0 = TSimd.MultiplyAdd(Load(k0, i), q, s0);
                s1 = TSimd.MultiplyAdd(Load(k1, i), q, s1);
                s2 = TSimd.MultiplyAdd(Load(k2, i), q, s2);
                s3 = TSimd.MultiplyAdd(Load(k3, i), q, s3);
                s4 = TSimd.MultiplyAdd(Load(k4, i), q, s4);
                s5 = TSimd.MultiplyAdd(Load(k5, i), q, s5);
                s6 = TSimd.MultiplyAdd(Load(k6, i), q, s6);
                s7 = TSimd.MultiplyAdd(Load(k7, i), q, s7);
            }

            TSimd.Sum(s0, s1, s2, s3).Store(scores + position);
            TSimd.Sum(s4, s5, s6, s7).Store(scores + position + 4);
        }

        for (; position < count; position += 4)
        {
            byte* k0 = Slot(keys, slots[position]), k1 = Slot(keys, slots[Math.Min(position + 1, count - 1)]);
            byte* k2 = Slot(keys, slots[Math.Min(position + 2, count - 1)]), k3 = Slot(keys, slots[Math.Min(position + 3, count - 1)]);
            TVector s0 = default, s1 = default, s2 = default, s3 = default;
            for (nint i = 0; i < length; i += TSimd.Count)
            {
                var q = TSimd.Load(query + i);
                s0 = TSimd.MultiplyAdd(Load(k0, i), q, s0);
                s1 = TSimd.MultiplyAdd(Load(k1, i), q, s1);
                s2 = TSimd.MultiplyAdd(Load(k2, i), q, s2);
                s3 = TSimd.MultiplyAdd(Load(k3, i), q, s3);
            }

            TSimd.Sum(s0, s1, s2, s3).Store(scores + position);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float Exponentiate(float* scores, int count)
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

    /// <inheritdoc/>
    /// <remarks>There are eight sums, so that one addition need not wait for another: four vectors of two positions, or two of four.</remarks>
    public override void Mix(float* weights, byte* values, int* slots, int count, float* output)
    {
        nint i = 0;
        for (; i + (4 * TSimd.Count) <= _length; i += 4 * TSimd.Count)
        {
            MixFourVectors(weights, values + (i * TElements.Size), slots, count, output + i);
        }

        for (; i < _length; i += 2 * TSimd.Count)
        {
            MixTwoVectors(weights, values + (i * TElements.Size), slots, count, output + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(float* head, float factor)
    {
        var scale = TSimd.Broadcast(factor);
        for (var i = 0; i < _length; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(head + i), scale), head + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixFourVectors(float* weights, byte* values, int* slots, int count, float* output)
    {
        TVector a0 = TSimd.Load(output), a1 = TSimd.Load(output + TSimd.Count), a2 = TSimd.Load(output + (2 * TSimd.Count)), a3 = TSimd.Load(output + (3 * TSimd.Count));
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        var position = 0;
        for (; position + 2 <= count; position += 2)
        {
            byte* even = Slot(values, slots[position]), odd = Slot(values, slots[position + 1]);
            Accumulate(even, weights[position], ref a0, ref a1);
            Accumulate(even + (2 * VectorBytes), weights[position], ref a2, ref a3);
            Accumulate(odd, weights[position + 1], ref b0, ref b1);
            Accumulate(odd + (2 * VectorBytes), weights[position + 1], ref b2, ref b3);
        }

        if (position < count)
        {
            var last = Slot(values, slots[position]);
            Accumulate(last, weights[position], ref a0, ref a1);
            Accumulate(last + (2 * VectorBytes), weights[position], ref a2, ref a3);
        }

        TSimd.Store(TSimd.Add(a0, b0), output);
        TSimd.Store(TSimd.Add(a1, b1), output + TSimd.Count);
        TSimd.Store(TSimd.Add(a2, b2), output + (2 * TSimd.Count));
        TSimd.Store(TSimd.Add(a3, b3), output + (3 * TSimd.Count));
    }

    /// <summary>Two vectors; the last one to three positions go into the first sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixTwoVectors(float* weights, byte* values, int* slots, int count, float* output)
    {
        TVector a0 = TSimd.Load(output), a1 = TSimd.Load(output + TSimd.Count);
        TVector b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        var position = 0;
        for (; position + 4 <= count; position += 4)
        {
            Accumulate(Slot(values, slots[position]), weights[position], ref a0, ref a1);
            Accumulate(Slot(values, slots[position + 1]), weights[position + 1], ref b0, ref b1);
            Accumulate(Slot(values, slots[position + 2]), weights[position + 2], ref c0, ref c1);
            Accumulate(Slot(values, slots[position + 3]), weights[position + 3], ref d0, ref d1);
        }

        for (; position < count; position++)
        {
            Accumulate(Slot(values, slots[position]), weights[position], ref a0, ref a1);
        }

        TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), output);
        TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), output + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* elements, nint offset) => TElements.Load<TSimd, TVector>(elements + (offset * TElements.Size));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(byte* values, float weight, ref TVector a, ref TVector b)
    {
        var factor = TSimd.Broadcast(weight);
        a = TSimd.MultiplyAdd(factor, TElements.Load<TSimd, TVector>(values), a);
        b = TSimd.MultiplyAdd(factor, TElements.Load<TSimd, TVector>(values + VectorBytes), b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Slot(byte* slots, int slot) => slots + (slot * _slotBytes);
}
