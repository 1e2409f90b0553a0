using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;

namespace LoopLM.Cpu.Tests.Kernels;

public sealed unsafe class QuantizedActivationsTests
{
    private const int Length = 416;

    [Theory]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int4)]
    public void Prepare_PartsForPackedWeightsInAnyOrder_EqualTheWholeRow(WeightType type)
    {
        using var whole = Rows(type);
        using var parts = Rows(type);

        PrepareInParts(whole, parts);

        Assert.Equal(new ReadOnlySpan<sbyte>(whole.Codes(1), Length), new ReadOnlySpan<sbyte>(parts.Codes(1), Length));
        Assert.Equal(new ReadOnlySpan<float>(whole.Scales(1), whole.Groups), new ReadOnlySpan<float>(parts.Scales(1), parts.Groups));
        Assert.Equal(new ReadOnlySpan<int>(whole.Offsets(1), whole.Groups), new ReadOnlySpan<int>(parts.Offsets(1), parts.Groups));
    }

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    public void Prepare_PartsForFloatsInAnyOrder_EqualTheWholeRow(WeightType type)
    {
        using var whole = Rows(type);
        using var parts = Rows(type);

        PrepareInParts(whole, parts);

        Assert.Equal(new ReadOnlySpan<float>(whole.Ordered(1), Length), new ReadOnlySpan<float>(parts.Ordered(1), Length));
    }

    private static void PrepareInParts(QuantizedActivations whole, QuantizedActivations parts)
    {
        var grain = parts.Grain;
        whole.Prepare(1);
        parts.Prepare(1, 3 * grain, Length - (3 * grain));
        parts.Prepare(1, grain, 2 * grain);
        parts.Prepare(1, 0, grain);
    }

    private static QuantizedActivations Rows(WeightType type)
    {
        var random = new Random(1);
        var rows = new QuantizedActivations(VectorKernels.Of(VectorKernels.Best), type, 2, Length);
        foreach (ref var number in new Span<float>(rows[1], Length))
        {
            number = (2 * random.NextSingle()) - 1;
        }

        return rows;
    }
}
