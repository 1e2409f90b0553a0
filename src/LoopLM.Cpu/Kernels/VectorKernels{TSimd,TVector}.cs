using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Kernels;

/// <inheritdoc/>
internal sealed unsafe class VectorKernels<TSimd, TVector>(InstructionSet instructions) : VectorKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    public override InstructionSet Instructions => instructions;

    /// <inheritdoc/>
    public override WeightMatrix CreateMatrix(WeightType type, byte* weights, int outputs, int paddedInputs) => type == WeightType.BFloat16
        ? new DotProductMatrix<TSimd, TVector, BFloat16Elements> { Weights = weights, Outputs = outputs, PaddedInputs = paddedInputs }
        : new DotProductMatrix<TSimd, TVector, Float32Elements> { Weights = weights, Outputs = outputs, PaddedInputs = paddedInputs };

    /// <inheritdoc/>
    /// <remarks>
    /// .NET reaches the instruction that sums products of 8-bit codes through 256-bit vectors only,
    /// which is faster than 512-bit vectors without it.
    /// </remarks>
    public override WeightMatrix CreateMatrix(PackedLayout layout, byte* weights) =>
        Instructions == InstructionSet.Avx512Vnni ? new AssembledPackedMatrix(layout, weights) { Outputs = layout.Outputs }
        : layout.Type == PackedType.Int4 ? new VectorPackedMatrix<TSimd, TVector, Int4Codes>(layout, weights) { Outputs = layout.Outputs }
        : WidensInt8 ? new VectorPackedMatrix<TSimd, TVector, WidenedInt8Codes>(layout, weights) { Outputs = layout.Outputs }
        : new VectorPackedMatrix<Simd256, Vector256<float>, Int8Codes>(layout, weights) { Outputs = layout.Outputs };

    /// <inheritdoc/>
    public override SlotAttention CreateAttention(KvType type, int headLength, nint slotBytes) => type == KvType.BFloat16
        ? new SlotAttention<TSimd, TVector, BFloat16Elements>(headLength, slotBytes)
        : new SlotAttention<TSimd, TVector, Float32Elements>(headLength, slotBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float Dot(float* left, float* right, int length)
    {
        TVector even = default, odd = default;
        for (var i = 0; i < length; i += 2 * TSimd.Count)
        {
            even = TSimd.MultiplyAdd(TSimd.Load(left + i), TSimd.Load(right + i), even);
            odd = TSimd.MultiplyAdd(TSimd.Load(left + i + TSimd.Count), TSimd.Load(right + i + TSimd.Count), odd);
        }

        return Sum(TSimd.Add(even, odd));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float SquaredDistance(float* left, float* right, int length)
    {
        TVector sum = default;
        for (var i = 0; i < length; i += TSimd.Count)
        {
            var difference = TSimd.Subtract(TSimd.Load(left + i), TSimd.Load(right + i));
            sum = TSimd.MultiplyAdd(difference, difference, sum);
        }

        return Sum(sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(float* source, float scale, float* weight, float* destination, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(weight + i), TSimd.Multiply(TSimd.Load(source + i), factor)), destination + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddScaled(float* source, float scale, float* weight, float* destination, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Count)
        {
            var scaled = TSimd.Multiply(TSimd.Load(weight + i), TSimd.Multiply(TSimd.Load(source + i), factor));
            TSimd.Store(TSimd.Add(TSimd.Load(destination + i), scaled), destination + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GateLinearUnit(float* gate, float* up, int length)
    {
        var one = TSimd.Broadcast(1);
        for (var i = 0; i < length; i += TSimd.Count)
        {
            var input = TSimd.Load(gate + i);
            var exponential = Exponential<TSimd, TVector>.Of(TSimd.Subtract(default, input));
            var activated = TSimd.Divide(input, TSimd.Add(one, exponential));
            TSimd.Store(TSimd.Multiply(activated, TSimd.Load(up + i)), gate + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Rotate(float* head, float* cosine, float* sine, int half, float scale)
    {
        var i = 0;
        var factor = TSimd.Broadcast(scale);
        for (; i + TSimd.Count <= half; i += TSimd.Count)
        {
            TVector u = TSimd.Load(head + i), v = TSimd.Load(head + half + i), c = TSimd.Load(cosine + i), s = TSimd.Load(sine + i);
            TSimd.Store(TSimd.Multiply(TSimd.Subtract(TSimd.Multiply(u, c), TSimd.Multiply(v, s)), factor), head + i);
            TSimd.Store(TSimd.Multiply(TSimd.Add(TSimd.Multiply(v, c), TSimd.Multiply(u, s)), factor), head + half + i);
        }

        for (; i < half; i++)
        {
            float u = head[i], v = head[half + i];
            head[i] = ((u * cosine[i]) - (v * sine[i])) * scale;
            head[half + i] = ((v * cosine[i]) + (u * sine[i])) * scale;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Quantise(float* source, int length, int group, int limit, sbyte* codes, float* scales, int* sums)
    {
        // Adding 1.5 * 2^23 leaves the rounded number, as an integer, in the lowest bits.
        var rounder = TSimd.Broadcast(12582912);
        for (var first = 0; first < length; first += group)
        {
            var end = Math.Min(length, first + group);
            TVector largest = default, zero = default;
            for (var i = first; i < end; i += TSimd.Count)
            {
                var x = TSimd.Load(source + i);
                largest = TSimd.Max(largest, TSimd.Max(x, TSimd.Subtract(default, x)));
                zero = TSimd.MultiplyAdd(x, default, zero);
            }

            var magnitude = TSimd.MaxElement(largest);
            var isNormal = magnitude >= 1e-30f;
            var factor = TSimd.Broadcast(isNormal ? limit / magnitude : 0);
            TVector sum = default;
            for (var i = first; i < end; i += TSimd.Count)
            {
                var rounded = TSimd.MultiplyAdd(TSimd.Load(source + i), factor, rounder);
                TSimd.StoreLowestBytes(rounded, codes + i);
                sum = TSimd.Add(sum, TSimd.Subtract(rounded, rounder));
            }

            *scales++ = (isNormal ? magnitude / limit : 0) + Sum(zero);
            *sums++ = (int)Sum(sum);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SplitPairs(float* source, float* destination, int length)
    {
        for (var i = 0; i < length; i += 2 * TSimd.Count)
        {
            TVector lower = TSimd.Load(source + i), upper = TSimd.Load(source + i + TSimd.Count);
            TSimd.Store(TSimd.Even(lower, upper), destination + i);
            TSimd.Store(TSimd.Odd(lower, upper), destination + i + TSimd.Count);
        }
    }

    /// <inheritdoc/>
    public override void RoundToBFloat16(float* source, ushort* destination, int length)
    {
        for (var i = 0; i < length; i += TSimd.Count)
        {
            TSimd.StoreBFloat16(TSimd.Load(source + i), destination + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(TVector vector) => TSimd.Sum(vector, vector, vector, vector)[0];
}
