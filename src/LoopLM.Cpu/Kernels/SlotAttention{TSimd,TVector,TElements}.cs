using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Kernels;

/// <inheritdoc/>
/// <param name="headLength">Padded length of a head.</param>
/// <param name="slotBytes">Bytes from one slot to the next.</param>
internal sealed unsafe class SlotAttention<TSimd, TVector, TElements>(int headLength, nint slotBytes) : SlotAttention
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TElements : struct, IElements
{
    private readonly int _length = headLength;
    private readonly nint _slotBytes = slotBytes;

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
    /// <remarks>A score has a sum of its own, which no score beside it changes.</remarks>
    public override void Score(
        float* queries, nint queryStride, int rows, byte* keys, int* slots, int count, float* scores, nint scoreStride)
    {
        nint row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            ScoreFourRows(queries + (row * queryStride), queryStride, keys, slots, count, scores + (row * scoreStride), scoreStride);
        }

        for (; row < rows; row++)
        {
            ScoreRow(queries + (row * queryStride), keys, slots, count, scores + (row * scoreStride));
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
    /// <remarks>
    /// So that one addition need not wait for another, a vector of a row has two sums, of even and of odd
    /// positions, or four where there are only two vectors.
    /// </remarks>
    public override void Mix(float* weights, int rows, byte* values, int* slots, int count, float* outputs, nint stride)
    {
        nint i = 0;
        for (; i + (4 * TSimd.Count) <= _length; i += 4 * TSimd.Count)
        {
            nint row = 0;
            var first = values + (i * TElements.Size);
            for (; row + 2 <= rows; row += 2)
            {
                float* rowWeights = weights + (row * stride), output = outputs + (row * stride) + i;
                MixTwoRows(rowWeights, first, slots, count, output, stride);
                MixTwoRows(rowWeights, first + (2 * VectorBytes), slots, count, output + (2 * TSimd.Count), stride);
            }

            if (row < rows)
            {
                MixRow(weights + (row * stride), first, slots, count, outputs + (row * stride) + i);
            }
        }

        if (i < _length)
        {
            for (nint row = 0; row < rows; row++)
            {
                MixTwoVectors(weights + (row * stride), values + (i * TElements.Size), slots, count, outputs + (row * stride) + i);
            }
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

    /// <summary>
    /// Eight positions at a time: as many sums hide the latency of an addition. After the last position it is scored again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScoreRow(float* query, byte* keys, int* slots, int count, float* scores)
    {
        nint length = _length;
        var last = count - 1;
        for (var position = 0; position < count; position += 8)
        {
            byte* k0 = Slot(keys, slots[position]), k1 = Slot(keys, slots[Math.Min(position + 1, last)]);
            byte* k2 = Slot(keys, slots[Math.Min(position + 2, last)]), k3 = Slot(keys, slots[Math.Min(position + 3, last)]);
            byte* k4 = Slot(keys, slots[Math.Min(position + 4, last)]), k5 = Slot(keys, slots[Math.Min(position + 5, last)]);
            byte* k6 = Slot(keys, slots[Math.Min(position + 6, last)]), k7 = Slot(keys, slots[Math.Min(position + 7, last)]);
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
    }

    /// <summary>Two positions of four rows at a time, so that a key is loaded once for four sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScoreFourRows(float* queries, nint queryStride, byte* keys, int* slots, int count, float* scores, nint scoreStride)
    {
        nint length = _length;
        float* q1 = queries + queryStride, q2 = q1 + queryStride, q3 = q2 + queryStride;
        float* scores1 = scores + scoreStride, scores2 = scores1 + scoreStride, scores3 = scores2 + scoreStride;
        for (var position = 0; position < count; position += 2)
        {
            byte* even = Slot(keys, slots[position]), odd = Slot(keys, slots[Math.Min(position + 1, count - 1)]);
            TVector a0 = default, b0 = default, c0 = default, d0 = default, a1 = default, b1 = default, c1 = default, d1 = default;
            for (nint i = 0; i < length; i += TSimd.Count)
            {
                TVector k0 = Load(even, i), k1 = Load(odd, i);
                Accumulate(TSimd.Load(queries + i), k0, k1, ref a0, ref a1);
                Accumulate(TSimd.Load(q1 + i), k0, k1, ref b0, ref b1);
                Accumulate(TSimd.Load(q2 + i), k0, k1, ref c0, ref c1);
                Accumulate(TSimd.Load(q3 + i), k0, k1, ref d0, ref d1);
            }

            Vector128<float> upper = TSimd.Sum(a0, a1, b0, b1), lower = TSimd.Sum(c0, c1, d0, d1);
            upper.GetLower().Store(scores + position);
            upper.GetUpper().Store(scores1 + position);
            lower.GetLower().Store(scores2 + position);
            lower.GetUpper().Store(scores3 + position);
        }
    }

    /// <summary>Four vectors of a row. Where an odd number of positions ends, a zero weighs the last one once more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixRow(float* weights, byte* values, int* slots, int count, float* output)
    {
        TVector a0 = TSimd.Load(output), a1 = TSimd.Load(output + TSimd.Count),
            a2 = TSimd.Load(output + (2 * TSimd.Count)), a3 = TSimd.Load(output + (3 * TSimd.Count));
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        for (var position = 0; position < count; position += 2)
        {
            byte* even = Slot(values, slots[position]), odd = Slot(values, slots[Math.Min(position + 1, count - 1)]);
            Accumulate(even, weights[position], ref a0, ref a1);
            Accumulate(even + (2 * VectorBytes), weights[position], ref a2, ref a3);
            Accumulate(odd, weights[position + 1], ref b0, ref b1);
            Accumulate(odd + (2 * VectorBytes), weights[position + 1], ref b2, ref b3);
        }

        TSimd.Store(TSimd.Add(a0, b0), output);
        TSimd.Store(TSimd.Add(a1, b1), output + TSimd.Count);
        TSimd.Store(TSimd.Add(a2, b2), output + (2 * TSimd.Count));
        TSimd.Store(TSimd.Add(a3, b3), output + (3 * TSimd.Count));
    }

    /// <summary>Two vectors of two rows, whose numbers are those of <see cref="MixRow"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixTwoRows(float* weights, byte* values, int* slots, int count, float* outputs, nint stride)
    {
        float* lowerWeights = weights + stride, lower = outputs + stride;
        TVector a0 = TSimd.Load(outputs), a1 = TSimd.Load(outputs + TSimd.Count),
            c0 = TSimd.Load(lower), c1 = TSimd.Load(lower + TSimd.Count);
        TVector b0 = default, b1 = default, d0 = default, d1 = default;
        for (var position = 0; position < count; position += 2)
        {
            byte* even = Slot(values, slots[position]), odd = Slot(values, slots[Math.Min(position + 1, count - 1)]);
            TVector v0 = Load(even, 0), v1 = Load(even, TSimd.Count);
            Accumulate(TSimd.Broadcast(weights[position]), v0, v1, ref a0, ref a1);
            Accumulate(TSimd.Broadcast(lowerWeights[position]), v0, v1, ref c0, ref c1);
            (v0, v1) = (Load(odd, 0), Load(odd, TSimd.Count));
            Accumulate(TSimd.Broadcast(weights[position + 1]), v0, v1, ref b0, ref b1);
            Accumulate(TSimd.Broadcast(lowerWeights[position + 1]), v0, v1, ref d0, ref d1);
        }

        TSimd.Store(TSimd.Add(a0, b0), outputs);
        TSimd.Store(TSimd.Add(a1, b1), outputs + TSimd.Count);
        TSimd.Store(TSimd.Add(c0, d0), lower);
        TSimd.Store(TSimd.Add(c1, d1), lower + TSimd.Count);
    }

    /// <summary>Two vectors of a row; the last one to three positions go into the first sum.</summary>
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
    private static void Accumulate(byte* values, float weight, ref TVector a, ref TVector b) =>
        Accumulate(TSimd.Broadcast(weight), Load(values, 0), Load(values, TSimd.Count), ref a, ref b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TVector factor, TVector left, TVector right, ref TVector a, ref TVector b)
    {
        a = TSimd.MultiplyAdd(factor, left, a);
        b = TSimd.MultiplyAdd(factor, right, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Slot(byte* slots, int slot) => slots + (slot * _slotBytes);
}
