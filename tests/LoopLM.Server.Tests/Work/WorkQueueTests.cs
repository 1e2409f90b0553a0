using LoopLM.Engine.Requests;
using LoopLM.Server.Errors;
using LoopLM.Server.Work;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Work;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task RunAsync_Work_RunsOnNoThreadOfThePool()
    {
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 0, TimeProvider.System);

        var result = await queue.RunAsync(RequestClient.Local, () => Thread.CurrentThread.IsThreadPoolThread, CancellationToken.None);

        Assert.True(result.TryGet(out var onPool, out _));
        Assert.False(onPool);
    }

    [Fact]
    public async Task RunAsync_MoreThanMayWait_IsRefusedByTheNameOfTheSetting()
    {
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 1, TimeProvider.System);
        using var held = new HeldWork(queue);
        var waits = queue.RunAsync(RequestClient.Local, () => 1, CancellationToken.None);

        var refused = await queue.RunAsync(RequestClient.Local, () => 2, CancellationToken.None);

        Assert.False(refused.TryGet(out _, out var error));
        Assert.Equal((RequestErrorKind.QueueFull, 1, 1L), (error.Kind, error.RetryAfter, queue.Waiting));
        Assert.Contains("1 things of this client are waiting", error.Message.ToString(), StringComparison.Ordinal);
        Assert.Contains("Limits:MaxQueuedWork", error.Message.ToString(), StringComparison.Ordinal);
        held.Dispose();
        Assert.True((await waits.WaitAsync(ServerHarness.Patience)).TryGet(out _, out _));
    }

    [Fact]
    public async Task RunAsync_WorkTakesLong_ThoseRefusedAreAskedToWaitAsLong()
    {
        var time = new FakeTimeProvider();
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 0, time);
        for (var i = 0; i < 50; i++)
        {
            await queue.RunAsync(
                RequestClient.Local,
                () =>
                {
                    time.Advance(TimeSpan.FromSeconds(10));
                    return i;
                },
                CancellationToken.None);
        }

        using var held = new HeldWork(queue);

        Assert.False((await queue.RunAsync(RequestClient.Local, () => 2, CancellationToken.None)).TryGet(out _, out var error));
        Assert.InRange(error.RetryAfter!.Value, 9, 10);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItWaits_IsNotRunAndGivesItsPlaceBack()
    {
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 1, TimeProvider.System);
        using var held = new HeldWork(queue);
        using var leave = new CancellationTokenSource();
        var gone = queue.RunAsync<int>(RequestClient.Local, () => throw new InvalidOperationException("it was cancelled"), leave.Token);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task RunAsync_OneClientHasFilledItsShare_AnotherIsNext()
    {
        var greedyOne = new RequestClient("greedy");
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 1, TimeProvider.System);
        using var held = new HeldWork(queue, greedyOne);
        var order = new List<string>();
        var greedy = queue.RunAsync(greedyOne, () => Note("greedy"), CancellationToken.None);
        var modest = queue.RunAsync(new RequestClient("modest"), () => Note("modest"), CancellationToken.None);

        held.Dispose();

        await Task.WhenAll(greedy, modest).WaitAsync(ServerHarness.Patience);
        Assert.Equal(["modest", "greedy"], order);

        int Note(string name)
        {
            order.Add(name);
            return order.Count;
        }
    }

    [Fact]
    public async Task RunAsync_WorkThrows_ThrowsAndGoesOn()
    {
        using var queue = new WorkQueue("things", threads: 1, mostWaiting: 0, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            queue.RunAsync<int>(RequestClient.Local, () => throw new InvalidOperationException(), CancellationToken.None));

        Assert.True((await queue.RunAsync(RequestClient.Local, () => 1, CancellationToken.None)).TryGet(out _, out _));
    }
}
