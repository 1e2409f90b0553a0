using LoopLM.Server.Configuration;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Transport;

/// <summary>How long a client may pause in a large answer.</summary>
public sealed class ResponseFlowTests
{
    private const int Budget = 1 << 20;

    private static readonly LimitOptions s_limits = new()
    {
        MaxAnswerMemory = Budget,
        DataRateGracePeriod = TimeSpan.FromSeconds(5),
        AnswerGracePeriod = TimeSpan.FromMinutes(30),
    };

    [Fact]
    public async Task FollowAsync_RoomIsLeft_GivesTheClientUpAfterTheAnswerGracePeriod()
    {
        var time = new FakeTimeProvider();
        var (flow, following) = Follow(time, held: Budget / 4);

        time.Advance(s_limits.AnswerGracePeriod - TimeSpan.FromSeconds(1));
        var isGivenUpEarly = following.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((false, false), (isGivenUpEarly, await following.WaitAsync(ServerHarness.Patience)));
        flow.Dispose();
    }

    [Fact]
    public async Task FollowAsync_MoreThanHalfIsHeld_GivesTheClientUpAfterTheGracePeriodOfAllTransfers()
    {
        var time = new FakeTimeProvider();
        var (flow, following) = Follow(time, held: Budget * 3 / 4);

        time.Advance(s_limits.DataRateGracePeriod);

        Assert.False(await following.WaitAsync(ServerHarness.Patience));
        flow.Dispose();
    }

    [Fact]
    public async Task FollowOrGiveUpAsync_ClientHoldsItUp_GivesTheClientUpAfterTheAnswerGracePeriod()
    {
        var time = new FakeTimeProvider();
        using var flow = Begin(time);
        var following = flow.FollowOrGiveUpAsync(new TaskCompletionSource().Task, CancellationToken.None).AsTask();

        time.Advance(s_limits.AnswerGracePeriod - TimeSpan.FromSeconds(1));
        var isGivenUpEarly = following.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((false, false), (isGivenUpEarly, await following.WaitAsync(ServerHarness.Patience)));
    }

    [Fact]
    public async Task FollowOrGiveUpAsync_ServerStops_GivesTheClientUpAtOnce()
    {
        using var flow = Begin(new FakeTimeProvider());
        using var stopping = new CancellationTokenSource();
        var following = flow.FollowOrGiveUpAsync(new TaskCompletionSource().Task, stopping.Token).AsTask();

        await stopping.CancelAsync();

        Assert.False(await following.WaitAsync(ServerHarness.Patience));
    }

    /// <summary>Begins a write that its client never takes.</summary>
    private static (ResponseFlow Flow, Task<bool> Following) Follow(FakeTimeProvider time, int held)
    {
        var flow = Begin(time);
        Assert.True(flow.Held.TryHold(HeldBytes.FreeShare + held));

        // What follows a tick of the clock runs within it.
        SynchronizationContext.SetSynchronizationContext(null);
        return (flow, flow.FollowAsync(new TaskCompletionSource().Task, bytes: 0, unread: null).AsTask());
    }

    private static ResponseFlow Begin(FakeTimeProvider time)
    {
        var limits = new TransferLimits(Options.Create(s_limits), time);
        var services = new ServiceCollection().AddLogging().AddSingleton(limits).BuildServiceProvider();
        return new ResponseFlow(new DefaultHttpContext { RequestServices = services });
    }
}
