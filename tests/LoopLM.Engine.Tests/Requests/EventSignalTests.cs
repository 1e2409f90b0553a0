using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Tests.Requests;

public sealed class EventSignalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly EventSignal _signal = new();

    [Fact]
    public async Task WaitAsync_SetLater_EndsThen()
    {
        var wait = _signal.WaitAsync().AsTask();
        Assert.False(wait.IsCompleted);

        _signal.Set();

        await wait.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void WaitAsync_SetSeveralTimesBefore_EndsOnce()
    {
        _signal.Set();
        _signal.Set();

        Assert.True(_signal.WaitAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(_signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_AfterAWaitThatWasWoken_WaitsAnew()
    {
        var first = _signal.WaitAsync().AsTask();
        _signal.Set();
        await first.WaitAsync(s_patience, TestContext.Current.CancellationToken);

        Assert.False(_signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_ManySetsFromSeveralThreads_MissesNone()
    {
        const int Each = 20_000;
        var (left, seen) = (2 * Each, 0);
        var writers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Interlocked.Decrement(ref left);
                _signal.Set();
            }
        })).ToArray();

        while (Volatile.Read(ref left) is > 0 and var before)
        {
            await _signal.WaitAsync().AsTask().WaitAsync(s_patience, TestContext.Current.CancellationToken);
            Assert.True(Volatile.Read(ref left) <= before);
            seen++;
        }

        await Task.WhenAll(writers).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.InRange(seen, 1, 2 * Each);
    }
}
