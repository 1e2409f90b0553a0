using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

/// <summary>What a constraint is reported of tokens that come and go while a worker is at its mask. The test is the worker.</summary>
public sealed class ConstraintMaskTests
{
    [Fact]
    public void Begin_TokensThatTheConstraintKnowsWereTakenBack_TakesThemBackBeforeTheNewOnes()
    {
        var told = new List<string>();
        var mask = Mask(told);
        mask.Accept(1);
        mask.Accept(2);
        Work(mask);

        mask.Rewind(1);
        mask.Accept(3);
        Work(mask);

        Assert.Equal(["1", "2", "mask", "back 1", "3", "mask"], told);
    }

    [Fact]
    public void Rewind_TokensThatTheConstraintDoesNotKnow_ForgetsThem()
    {
        var told = new List<string>();
        var mask = Mask(told);
        mask.Accept(1);
        mask.Accept(2);

        mask.Rewind(1);
        Work(mask);

        Assert.Equal(["1", "mask"], told);
    }

    [Fact]
    public void Rewind_WhileAWorkerIsAtTheMask_IsToldNextTime()
    {
        var told = new List<string>();
        var mask = Mask(told);
        mask.Accept(1);
        mask.Begin();
        mask.Accept(2);
        mask.Rewind(2);
        mask.Advance(TimeProvider.System);

        var before = (mask.IsReady, mask.IsBehind);
        Work(mask);

        Assert.Equal((false, true), before);
        Assert.Equal((true, false), (mask.IsReady, mask.IsBehind));
        Assert.Equal(["1", "mask", "back 1", "mask"], told);
    }

    [Fact]
    public void IsBehind_ConstraintGaveUp_IsNeverSoAgain()
    {
        var mask = new ConstraintMask(() => throw new InvalidOperationException("broken"));
        Work(mask);

        mask.Accept(1);

        Assert.Equal((false, true), (mask.IsBehind, mask.HasFailed));
    }

    private static ConstraintMask Mask(List<string> told) => new(() => new Recorder(told));

    private static void Work(ConstraintMask mask)
    {
        mask.Begin();
        mask.Advance(TimeProvider.System);
    }

    private sealed class Recorder(List<string> told) : ITokenConstraint
    {
        public void Accept(int token) => told.Add($"{token}");

        public void Rewind(int count) => told.Add($"back {count}");

        public string? Prepare()
        {
            told.Add("mask");
            return null;
        }

        public void Mask(Span<float> logits)
        {
        }
    }
}
