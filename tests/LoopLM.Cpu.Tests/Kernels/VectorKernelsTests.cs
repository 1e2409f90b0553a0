using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Tests.Kernels;

public sealed unsafe class KernelsTests
{
    public static TheoryData<InstructionSet> Sets => [.. InstructionSets.Available];

    [Theory]
    [InlineData("DOTNET_EnableAVX512", InstructionSet.Avx512)]
    [InlineData("DOTNET_EnableAVX2", InstructionSet.Avx2)]
    public void Best_VariableOfTheRuntimeIsZero_IsBelowWhatItTurnsOff(string variable, InstructionSet instructions) =>
        Assert.True(Environment.GetEnvironmentVariable(variable) != "0" || VectorKernels.Best < instructions);

    [Theory]
    [MemberData(nameof(Sets))]
    public void GateLinearUnit_WholeRange_EqualsTheDefinition(InstructionSet instructions)
    {
        const int Count = 64 * Padding.Block;
        using NativeBuffer gate = NativeBuffer.OfFloats(Count), up = NativeBuffer.OfFloats(Count);
        var inputs = Enumerable.Range(0, Count).Select(i => ((float)i - (Count / 2)) / 16).ToArray();
        inputs.CopyTo(new Span<float>(gate.Floats, Count));
        new Span<float>(up.Floats, Count).Fill(2);

        VectorKernels.Of(instructions).GateLinearUnit(gate.Floats, up.Floats, Count);

        var expected = inputs.Select(input => 2 * input / (1 + Math.Exp(-(double)input)));
        Assert.Equal(expected, new Span<float>(gate.Floats, Count).ToArray().Select(output => (double)output), IsClose);
    }

    [Theory]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(0, 1)]
    [InlineData(88, 1.6516363e38f)]
    [InlineData(89, float.PositiveInfinity)]
    [InlineData(-87, 1.6458114e-38f)]
    [InlineData(-100, 3.8e-44f)]
    [InlineData(-104, 0)]
    [InlineData(-1e30f, 0)]
    public void Exponential_Edge_EqualsTheDefinition(float input, float expected)
    {
        foreach (var actual in new[]
        {
            InstructionSets.Available.Contains(InstructionSet.Avx512)
                ? Exponential<Simd512, Vector512<float>>.Of(Vector512.Create(input))[7]
                : expected,
            InstructionSets.Available.Contains(InstructionSet.Avx2)
                ? Exponential<Simd256, Vector256<float>>.Of(Vector256.Create(input))[7]
                : expected,
            Exponential<Simd128, Vector128<float>>.Of(Vector128.Create(input))[3],
        })
        {
            Assert.True(actual.Equals(expected) || IsClose(actual, expected), $"exp({input}) came out as {actual}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void RoundToBFloat16_AnyNumber_RoundsToNearestEvenAndKeepsNaN(InstructionSet instructions)
    {
        using var source = NativeBuffer.OfFloats(Padding.Block);
        using var destination = new NativeBuffer(Padding.Block * sizeof(ushort));
        (uint Bits, ushort Rounded)[] cases =
        [
            (0x3F80_0000, 0x3F80), (0x3F80_7FFF, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F81_8000, 0x3F82), (0x3F80_8001, 0x3F81),
            (0xBF81_8000, 0xBF82), (0x7F7F_FFFF, 0x7F80), (0x7F80_0000, 0x7F80), (0x7F80_0001, 0x7FC0), (0xFFFF_FFFF, 0xFFFF),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            source.Floats[i] = BitConverter.UInt32BitsToSingle(cases[i].Bits);
        }

        VectorKernels.Of(instructions).RoundToBFloat16(source.Floats, (ushort*)destination.Pointer, Padding.Block);

        Assert.Equal(cases.Select(each => each.Rounded), new Span<ushort>(destination.Pointer, cases.Length).ToArray());
    }

    [Fact]
    public void MultiplyAddAdjacent_ExtremeIntegers_IsExactOnAnyInstructionSet()
    {
        short[] codes = [.. Enumerable.Range(0, 32).Select(i => (short)(i % 3 == 0 ? 255 : 7 * i))];
        short[] factors = [.. Enumerable.Range(0, 32).Select(i => (short)(i < 4 ? 127 : i < 8 ? -127 : (8 * i) - 127))];
        var expected = Enumerable.Range(0, 16).Select(lane => Enumerable.Range(2 * lane, 2).Sum(i => codes[i] * factors[i])).ToArray();
        fixed (short* left = codes, right = factors)
        {
            Assert.Equal(
                expected[..4], Integers(Simd128.MultiplyAddAdjacent(Vector128.Load(left).AsSingle(), Vector128.Load(right).AsSingle())));
            if (InstructionSets.Available.Contains(InstructionSet.Avx2))
            {
                Assert.Equal(
                    expected[..8], Integers(
                        Simd256.MultiplyAddAdjacent(Vector256.Load(left).AsSingle(), Vector256.Load(right).AsSingle())));
            }

            if (InstructionSets.Available.Contains(InstructionSet.Avx512))
            {
                Assert.Equal(
                    expected, Integers(Simd512.MultiplyAddAdjacent(Vector512.Load(left).AsSingle(), Vector512.Load(right).AsSingle())));
            }
        }

        static int[] Integers<TVector>(TVector vector)
            where TVector : struct => MemoryMarshal.Cast<TVector, int>([vector]).ToArray();
    }

    private static bool IsClose(double actual, double expected) =>
        Math.Abs(actual - expected) <= (3e-7 * Math.Abs(expected)) + 1e-45;
}
