using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Engine.Tests.Execution;

public sealed class MaskWorkersTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly EngineMetrics _metrics = new();
    private readonly LogLines<MaskWorkers> _log = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Want_SeveralWait_TheOneThatTookLeastComesFirst()
    {
        using var workers = new MaskWorkers(new EngineOptions { MaskThreads = 1 }, _metrics, _time, _log);
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var ended = new CountdownEvent(2);
        var order = new List<string>();
        var dear = Mask(() => Note("dear"));
        var blocker = Mask(() =>
        {
            begun.Set();
            Assert.True(gate.Wait(s_patience));
        });
        var cheap = Mask(() => Note("cheap"));
        dear.Advance(_time);
        order.Clear();
        ended.Reset();

        workers.Start();
        workers.Want(blocker);
        Assert.True(begun.Wait(s_patience));
        workers.Want(dear);
        workers.Want(cheap);
        gate.Set();

        Assert.True(ended.Wait(s_patience));
        Assert.Equal(["cheap", "dear"], order);

        void Note(string name)
        {
            order.Add(name);
            _time.Advance(TimeSpan.FromSeconds(1));
            ended.Signal();
        }
    }

    [Fact]
    public void Want_MaskOfADraftWaitsFirst_MasksOfTokensComeBeforeIt()
    {
        using var workers = new MaskWorkers(new EngineOptions { MaskThreads = 1 }, _metrics, _time, _log);
        using var ended = new CountdownEvent(2);
        var order = new List<string>();
        var (draft, token) = (Mask(() => Note("draft"), isForDrafts: true), Mask(() => Note("token")));

        workers.Want(draft);
        workers.Want(token);
        workers.Start();

        Assert.True(ended.Wait(s_patience));
        Assert.Equal(["token", "draft"], order);

        void Note(string name)
        {
            order.Add(name);
            ended.Signal();
        }
    }

    [Fact]
    public void Drop_MaskThatWaits_IsNotWorkedOut()
    {
        using var workers = new MaskWorkers(new EngineOptions { MaskThreads = 1 }, _metrics, _time, _log);
        var (kept, dropped) = (Mask(() => { }), Mask(() => Assert.Fail("it was dropped")));
        workers.Want(dropped);
        workers.Want(kept);

        workers.Drop(dropped);
        workers.Start();

        Assert.True(SpinWait.SpinUntil(() => kept.IsReady, s_patience));
        Assert.Equal((0, false), (workers.Waiting, dropped.IsReady));
    }

    [Fact]
    public void Drop_MaskThatIsWorkedOutAndThenThrows_IsLoggedOnceWithoutTheMessage()
    {
        using var workers = new MaskWorkers(new EngineOptions { MaskThreads = 1 }, _metrics, _time, _log);
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var mask = Mask(() =>
        {
            begun.Set();
            Assert.True(gate.Wait(s_patience));
            throw new InvalidOperationException("secret");
        });
        workers.Start();
        workers.Want(mask);
        Assert.True(begun.Wait(s_patience));

        workers.Drop(mask);
        gate.Set();
        workers.Wait(s_patience);

        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("A constraint could not work out its mask: System.InvalidOperationException", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    private static ConstraintMask Mask(Action before, bool isForDrafts = false) =>
        new(() => new HashedTokens { BeforeMask = before }, isForDrafts);
}
