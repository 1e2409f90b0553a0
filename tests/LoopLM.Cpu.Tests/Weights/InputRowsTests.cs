using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Weights;

namespace LoopLM.Cpu.Tests.Weights;

public sealed unsafe class InputRowsTests
{
    private const int Length = 416;

    [Theory]
    [InlineData(PackedType.Int8)]
    [InlineData(PackedType.Int4)]
    public void Quantise_PartsInAnyOrder_EqualTheWholeRow(PackedType type)
    {
        using var whole = Rows(type);
        using var parts = Rows(type);
        var grain = parts.Grain;

        whole.Quantise(1);
        parts.Quantise(1, 3 * grain, Length - (3 * grain));
        parts.Quantise(1, grain, 2 * grain);
        parts.Quantise(1, 0, grain);

        Assert.Equal(new ReadOnlySpan<sbyte>(whole.Codes(1), Length), new ReadOnlySpan<sbyte>(parts.Codes(1), Length));
        Assert.Equal(new ReadOnlySpan<float>(whole.Scales(1), whole.Groups), new ReadOnlySpan<float>(parts.Scales(1), parts.Groups));
        Assert.Equal(new ReadOnlySpan<int>(whole.Offsets(1), whole.Groups), new ReadOnlySpan<int>(parts.Offsets(1), parts.Groups));
    }

    private static InputRows Rows(PackedType type)
    {
        var random = new Random(1);
        var rows = new InputRows(Kernels.Of(Kernels.Best), type, 2, Length);
        foreach (ref var number in new Span<float>(rows[1], Length))
        {
            number = (2 * random.NextSingle()) - 1;
        }

        return rows;
    }
}
