using System.Net;

namespace LoopLM.Server.Tests.Access;

/// <summary>How much may wait for a place, and how long.</summary>
public sealed class QueueLimitTests
{
    [Fact]
    public async Task Post_AsManyPromptTokensWaitAsMay_IsRefusedWith429()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueuedTokens=5"]);
        using var hold = new Hold(server.Runner);
        var first = server.CompleteAsync("""{"prompt":"a"}""");
        hold.WaitUntilHeld();
        var others = Enumerable.Range(0, 2).Select(_ => server.PostAsync("""{"prompt":"abc"}""")).ToArray();

        var refused = await await Task.WhenAny(others).WaitAsync(ServerHarness.Patience);
        hold.LetGo();

        Assert.Equal((HttpStatusCode.TooManyRequests, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        await first;
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Post_WaitsTooLong_IsRefusedWith503AndTheRunningOneFinishes()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueueTime=00:00:00.001"]);
        using var started = new ManualResetEventSlim();
        using var refused = new ManualResetEventSlim();
        server.Runner.BeforeLoop = _ =>
        {
            started.Set();
            refused.Wait(TimeSpan.FromMilliseconds(20));
        };
        var first = server.CompleteAsync("""{"prompt":"a","max_tokens":60,"ignore_eos":true}""");
        Assert.True(started.Wait(ServerHarness.Patience));

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","stream":true}"""));
        refused.Set();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "queue_timeout"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
        await first;
    }
}
