using LoopLM.Torch.Tests;

namespace LoopLM.Training.Tests;

public sealed class LiveScalarsTests
{
    [Fact]
    public void Assembly_NumbersForTheBinding_AreMadeByLiveScalarsOrKeptInAField() =>
        Assert.Empty(ScalarCalls.In(typeof(Trainer).Assembly));
}
