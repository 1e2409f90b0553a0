using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>
/// Rows of floats that go into matrices. Where the matrices are packed, a row is quantised before it is multiplied, in the groups of the weights,
/// with a scale for each; what the zero of the weights' codes adds to a product is known then.
/// </summary>
internal sealed unsafe class InputRows : IDisposable
{
    private readonly PackedType? _type;
    private readonly Kernels _kernels;
    private readonly NativeBuffer _floats;
    private readonly NativeBuffer? _codes;
    private readonly NativeBuffer? _scales;
    private readonly NativeBuffer? _offsets;

    /// <summary>Reserves rows.</summary>
    /// <param name="kernels">What quantises.</param>
    /// <param name="type">The matrices' integers; null for floats.</param>
    /// <param name="rows">How many.</param>
    /// <param name="length">Their padded length.</param>
    public InputRows(Kernels kernels, PackedType? type, int rows, int length)
    {
        (_kernels, _type, Length) = (kernels, type, length);
        _floats = NativeBuffer.OfFloats((long)rows * Stride);
        if (type is { } packed)
        {
            Groups = new PackedLayout(packed, 1, length).Groups;
            _codes = new((long)rows * length);
            _scales = NativeBuffer.OfFloats((long)rows * Groups);
            _offsets = NativeBuffer.OfFloats((long)rows * Groups);
        }
    }

    /// <summary>Padded length, and codes from one row to the next.</summary>
    public int Length { get; }

    /// <summary>Floats from one row to the next: a few more, because rows that lie whole pages apart compete for the same lines of a cache.</summary>
    public int Stride => Length + Padding.Block;

    /// <summary>Groups of a row.</summary>
    public int Groups { get; }

    /// <summary>Whether rows must be quantised before they are multiplied.</summary>
    public bool AreQuantised => _type is not null;

    /// <summary>A row.</summary>
    public float* this[int row] => _floats.Floats + ((nint)row * Stride);

    /// <summary>The codes of a quantised row, -127..127.</summary>
    public sbyte* Codes(int row) => (sbyte*)_codes!.Pointer + ((nint)row * Length);

    /// <summary>The scale of each group of a quantised row.</summary>
    public float* Scales(int row) => _scales!.Floats + ((nint)row * Groups);

    /// <summary>Minus the sum of each group's codes times the zero of the weights' codes.</summary>
    public int* Offsets(int row) => (int*)_offsets!.Pointer + ((nint)row * Groups);

    /// <summary>Quantises a row where the matrices need it.</summary>
    public void Quantise(int row)
    {
        if (_type is not { } type)
        {
            return;
        }

        var offsets = Offsets(row);
        _kernels.Quantise(this[row], Length, PackedLayout.GroupOf(type), PackedLayout.LimitOf(PackedType.Int8), Codes(row), Scales(row), offsets);
        for (var group = 0; group < Groups; group++)
        {
            offsets[group] *= -PackedLayout.ZeroOf(type);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _codes?.Dispose();
        _scales?.Dispose();
        _offsets?.Dispose();
    }
}
