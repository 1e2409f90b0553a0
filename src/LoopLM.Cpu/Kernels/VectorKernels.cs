using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Kernels;

/// <summary>
/// Everything that is computed on one row, and what computes with weights and KV, for one instruction set. Lengths are padded.
/// </summary>
internal abstract unsafe class VectorKernels
{
    /// <summary>The best instruction set of this processor.</summary>
    public static InstructionSet Best =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported
            ? PackedKernels.AreSupported ? InstructionSet.Avx512Vnni : InstructionSet.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Avx2
        : InstructionSet.Portable;

    /// <summary>What sums products of bytes in one instruction, by its usual name; "none" where nothing does.</summary>
    public string ByteProducts => WidensInt8 ? "none" : Instructions == InstructionSet.Avx512Vnni ? "AVX512_VNNI" : "AVX-VNNI";

    /// <summary>Whether rows are multiplied by 8-bit weights as 16-bit integers, for want of an instruction for bytes.</summary>
    public bool WidensInt8 =>
        Instructions != InstructionSet.Avx512Vnni && (Instructions == InstructionSet.Portable || !AvxVnni.IsSupported);

    /// <summary>The instruction set.</summary>
    public abstract InstructionSet Instructions { get; }

    /// <summary>The kernels of an instruction set that the processor has.</summary>
    public static VectorKernels Of(InstructionSet instructions) => instructions switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Vnni => new VectorKernels<Simd512, Vector512<float>>(instructions),
        InstructionSet.Avx2 => new VectorKernels<Simd256, Vector256<float>>(instructions),
        _ => new VectorKernels<Simd128, Vector128<float>>(InstructionSet.Portable),
    };

    /// <summary>Makes a matrix of weights [outputs, padded inputs].</summary>
    /// <param name="type">Float32 or BFloat16.</param>
    /// <param name="weights">The first weight.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="paddedInputs">Padded number of inputs.</param>
    public abstract WeightMatrix CreateMatrix(WeightType type, byte* weights, int outputs, int paddedInputs);

    /// <summary>Makes a matrix of packed weights.</summary>
    public abstract WeightMatrix CreateMatrix(PackedLayout layout, byte* weights);

    /// <summary>Makes what attends to KV slots.</summary>
    /// <param name="type">How keys and values are held, not <see cref="KvType.Auto"/>.</param>
    /// <param name="headLength">Padded length of a head.</param>
    /// <param name="slotBytes">Bytes from one slot to the next.</param>
    public abstract SlotAttention CreateAttention(KvType type, int headLength, nint slotBytes);

    /// <summary>Sum of left[i] * right[i].</summary>
    public abstract float Dot(float* left, float* right, int length);

    /// <summary>Sum of (left[i] - right[i])^2.</summary>
    public abstract float SquaredDistance(float* left, float* right, int length);

    /// <summary>destination[i] = weight[i] * (source[i] * scale).</summary>
    public abstract void Scale(float* source, float scale, float* weight, float* destination, int length);

    /// <summary>destination[i] += weight[i] * (source[i] * scale).</summary>
    public abstract void AddScaled(float* source, float scale, float* weight, float* destination, int length);

    /// <summary>gate[i] = silu(gate[i]) * up[i], silu(g) = g / (1 + exp(-g)).</summary>
    public abstract void GateLinearUnit(float* gate, float* up, int length);

    /// <summary>
    /// Rotates one head by the rotate-half convention and scales it: (u cos - v sin, v cos + u sin) * scale for its halves u and v.
    /// </summary>
    /// <param name="head">The head.</param>
    /// <param name="cosine">Cosines of the row's angles.</param>
    /// <param name="sine">Sines of the row's angles.</param>
    /// <param name="half">Length of each half and of the tables; any number.</param>
    /// <param name="scale">Factor of the result.</param>
    public abstract void Rotate(float* head, float* cosine, float* sine, int half, float scale);

    /// <summary>
    /// Quantises groups of numbers: codes[i] = round(source[i] / scale), scale = the group's largest magnitude / limit.
    /// A group with a NaN or an infinity gets a NaN for its scale.
    /// </summary>
    /// <param name="source">The numbers.</param>
    /// <param name="length">How many; a last group may be shorter.</param>
    /// <param name="group">Numbers of a group.</param>
    /// <param name="limit">Largest code, at most 127.</param>
    /// <param name="codes">Receives the codes.</param>
    /// <param name="scales">Receives the scale of each group.</param>
    /// <param name="sums">Receives the sum of the codes of each group.</param>
    public abstract void Quantise(float* source, int length, int group, int limit, sbyte* codes, float* scales, int* sums);

    /// <summary>Orders numbers as weights in bfloat16 are widened: of every two vectors, the even numbers before the odd ones.</summary>
    public abstract void SplitPairs(float* source, float* destination, int length);

    /// <summary>Rounds numbers to bfloat16.</summary>
    public abstract void RoundToBFloat16(float* source, ushort* destination, int length);
}
