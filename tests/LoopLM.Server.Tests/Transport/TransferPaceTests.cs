using LoopLM.Server.Transport;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Transport;

public sealed class TransferPaceTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    [Fact]
    public void Left_NothingWithinTheGracePeriod_IsZero()
    {
        var time = new FakeTimeProvider();
        var pace = new TransferPace(time, 100, s_grace);

        time.Advance(s_grace - TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), pace.Left);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.Zero, pace.Left);
    }

    [Fact]
    public void Left_BytesCounted_IsTheirTimeMore()
    {
        var time = new FakeTimeProvider();
        var pace = new TransferPace(time, 100, s_grace);
        time.Advance(TimeSpan.FromSeconds(4));

        pace.Count(1000);

        Assert.Equal(TimeSpan.FromSeconds(11), pace.Left);
    }

    [Fact]
    public void LeftAfter_LongerGrace_IsThatMuchMore()
    {
        var time = new FakeTimeProvider();
        var pace = new TransferPace(time, 100, s_grace);
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(30)), (pace.Left, pace.LeftAfter(TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public async Task ReadAsync_TooSlow_CancelsTheRead()
    {
        var time = new FakeTimeProvider();
        var cancelled = new TaskCompletionSource<int>();
        var read = new TransferPace(time, 100, s_grace).ReadAsync(
            token =>
            {
                token.Register(() => cancelled.SetCanceled(token));
                return new ValueTask<int>(cancelled.Task);
            },
            CancellationToken.None).AsTask();

        time.Advance(s_grace);

        await Assert.ThrowsAsync<TimeoutException>(() => read.WaitAsync(ServerHarness.Patience));
    }

    [Fact]
    public async Task ReadAsync_RequestCancelled_IsNoTimeout()
    {
        using var request = new CancellationTokenSource();
        var read = new TransferPace(new FakeTimeProvider(), 100, s_grace).ReadAsync(
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            request.Token).AsTask();

        await request.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(ServerHarness.Patience));
    }
}
