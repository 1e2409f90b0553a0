using System.Runtime.Intrinsics;
using LoopLM.Torch.Kernels;

namespace LoopLM.Torch.Tests.Kernels;

public sealed class ExponentialTests
{
    [Fact]
    public void Of_WholeRange_IsWithinItsRelativeError()
    {
        for (var x = -87f; x <= 88; x += 0.0037f)
        {
            var expected = Math.Exp(x);
            Assert.InRange(Math.Abs((Exponential.Of(Vector512.Create(x))[5] - expected) / expected), 0, 5e-7);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-88, 0)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(float.NaN, float.NaN)]
    public void Of_Edge_EqualsTheDefinition(float input, float expected) =>
        Assert.Equal(Vector512.Create(expected), Exponential.Of(Vector512.Create(input)));

    [Fact]
    public void Of_InfiniteArgument_StaysFinite() =>
        Assert.Equal(Exponential.Of(Vector512.Create(88f)), Exponential.Of(Vector512.Create(float.PositiveInfinity)));
}
