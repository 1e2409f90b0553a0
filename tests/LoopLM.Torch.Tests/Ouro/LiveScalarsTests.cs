using LoopLM.Torch.Ouro;

namespace LoopLM.Torch.Tests.Ouro;

public sealed class LiveScalarsTests
{
    [Fact]
    public void Assembly_NumbersForTheBinding_AreMadeHereOrKeptInAField() => Assert.Empty(ScalarCalls.In(typeof(LiveScalars).Assembly));

    [Fact]
    public void ScalarCalls_MethodThatMakesOne_IsFound() => Assert.Contains(
        ScalarCalls.In(typeof(LiveScalarsTests).Assembly), call => call.Contains(nameof(Sum), StringComparison.Ordinal));

    /// <summary>Adds by the operator of the binding, which makes a scalar.</summary>
    private static TorchSharp.torch.Tensor Sum(TorchSharp.torch.Tensor left, TorchSharp.torch.Tensor right) => left + right;
}
