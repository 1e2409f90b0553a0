using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Kernels;

/// <summary>
/// Rows of floats that go into matrices, prepared before they are multiplied. Where the matrices are packed, a row is quantised, in
/// the groups of the weights, with a scale for each; what the zero of the weights' codes adds to a product is known then. Where
/// they are bfloat16, it is ordered as the weights are widened.
/// </summary>
internal sealed unsafe class QuantizedActivations : IDisposable
{
    // Multiplying so many weights by one row takes microseconds.
    private const int ChunkWeights = 128 << 10;

    private readonly PackedType? _packed;
    private readonly VectorKernels _kernels;
    private readonly NativeBuffer _floats;
    private readonly NativeBuffer? _ordered;
    private readonly NativeBuffer? _codes;
    private readonly NativeBuffer? _widenedCodes;
    private readonly NativeBuffer? _scales;
    private readonly NativeBuffer? _offsets;

    /// <summary>Reserves rows.</summary>
    /// <param name="kernels">What prepares rows.</param>
    /// <param name="weights">How the matrices are held, not <see cref="WeightType.Auto"/>.</param>
    /// <param name="rows">How many.</param>
    /// <param name="length">Their padded length.</param>
    public QuantizedActivations(VectorKernels kernels, WeightType weights, int rows, int length)
    {
        (_kernels, _packed, Length) = (kernels, weights.Packed(), length);
        _floats = NativeBuffer.OfFloats((long)rows * Stride);
        _ordered = weights == WeightType.BFloat16 ? NativeBuffer.OfFloats((long)rows * Stride) : null;
        if (_packed is { } packed)
        {
            Groups = new PackedLayout(packed, 1, length).Groups;
            _codes = new((long)rows * Stride);
            _widenedCodes = packed == PackedType.Int8 && kernels.WidensInt8 ? new((long)rows * Stride * sizeof(short)) : null;
            _scales = NativeBuffer.OfFloats((long)rows * Groups);
            _offsets = NativeBuffer.OfFloats((long)rows * Groups);
        }
    }

    /// <summary>Padded length.</summary>
    public int Length { get; }

    /// <summary>
    /// Floats or codes from one row to the next: a few more, because rows that lie whole pages apart compete for the same lines of a cache.
    /// </summary>
    public int Stride => Length + Padding.Block;

    /// <summary>Outputs of a matrix that threads take at a time: so many that taking them costs nothing beside multiplying.</summary>
    public int ChunkOutputs => Math.Max(1, ChunkWeights / Length);

    /// <summary>Groups of a row.</summary>
    public int Groups { get; }

    /// <summary>Where a part of a row that is prepared by itself may begin: at whole groups, and at whole blocks of floats.</summary>
    public int Grain => Math.Max(Padding.Block, _packed is { } packed ? PackedLayout.GroupOf(packed) : 0);

    /// <summary>Whether rows must be prepared before they are multiplied.</summary>
    public bool NeedPreparation => _packed is not null || _ordered is not null;

    /// <summary>A row.</summary>
    public float* this[int row] => _floats.Floats + ((nint)row * Stride);

    /// <summary>A row in the order in which weights are widened.</summary>
    public float* Ordered(int row) => (_ordered ?? _floats).Floats + ((nint)row * Stride);

    /// <summary>The codes of a quantised row, -127..127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public sbyte* Codes(int row) => (sbyte*)_codes!.Pointer + ((nint)row * Stride);

    /// <summary>
    /// The codes of a quantised row where 8-bit weights are widened: of every four the first, the third, the second and the fourth, which
    /// are multiplied by the lower and then the upper bytes of two 16-bit integers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short* WidenedCodes(int row) => (short*)_widenedCodes!.Pointer + ((nint)row * Stride);

    /// <summary>The scale of each group of a quantised row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Scales(int row) => _scales!.Floats + ((nint)row * Groups);

    /// <summary>Minus the sum of each group's codes times the zero of the weights' codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Offsets(int row) => (int*)_offsets!.Pointer + ((nint)row * Groups);

    /// <summary>Prepares a row where the matrices need it.</summary>
    public void Prepare(int row) => Prepare(row, 0, Length);

    /// <summary>Prepares a part of a row where the matrices need it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">Where the part begins, a multiple of <see cref="Grain"/>.</param>
    /// <param name="count">Its padded length; whole groups, or what is left of the row.</param>
    public void Prepare(int row, int first, int count)
    {
        if (_packed is { } packed)
        {
            Quantise(packed, row, first, count);
        }
        else if (_ordered is not null)
        {
            _kernels.SplitPairs(this[row] + first, Ordered(row) + first, count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _ordered?.Dispose();
        _codes?.Dispose();
        _widenedCodes?.Dispose();
        _scales?.Dispose();
        _offsets?.Dispose();
    }

    private static void Widen(sbyte* codes, short* widened, int count)
    {
        var order = Vector128.Create((byte)0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
        for (var i = 0; i < count; i += Vector128<sbyte>.Count)
        {
            var (lower, upper) = Vector128.Widen(Vector128.Shuffle(Vector128.Load((byte*)codes + i), order).AsSByte());
            lower.Store(widened + i);
            upper.Store(widened + i + Vector128<short>.Count);
        }
    }

    private void Quantise(PackedType type, int row, int first, int count)
    {
        var group = first / PackedLayout.GroupOf(type);
        var offsets = Offsets(row);
        _kernels.Quantise(
            this[row] + first, count, PackedLayout.GroupOf(type), PackedLayout.LimitOf(PackedType.Int8),
            Codes(row) + first, Scales(row) + group, offsets + group);
        for (; group * PackedLayout.GroupOf(type) < first + count; group++)
        {
            offsets[group] *= -PackedLayout.ZeroOf(type);
        }

        if (_widenedCodes is not null)
        {
            Widen(Codes(row) + first, WidenedCodes(row) + first, count);
        }
    }
}
