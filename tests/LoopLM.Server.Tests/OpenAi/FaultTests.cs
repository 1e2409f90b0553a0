using System.Net;
using System.Text.Json;
using LoopLM.Engine.Runners;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>What clients see when the server cannot answer.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Post_ModelFailsBeforeTheFirstToken_AnswersWith500AndServesTheNext()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = _ => throw new InvalidOperationException("secret");

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","stream":true}"""));

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.DoesNotContain("secret", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        server.Runner.BeforeLoop = null;
        await server.CompleteAsync("""{"prompt":"a"}""");
    }

    [Fact]
    public async Task Post_ModelFailsInMidStream_SendsTheErrorAndBreaksOff()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = batch =>
        {
            if (batch.Rows[0].Position == 3)
            {
                throw new InvalidOperationException("broken");
            }
        };

        var lines = await server.ReadBrokenStreamAsync("/v1/completions", """{"prompt":"a","max_tokens":20,"stream":true}""");

        var data = lines.Where(line => line.Length > 0).ToList();
        Assert.Equal("internal_error", JsonElement.Parse(data[^1]["data: ".Length..]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Post_QueueFull_IsRefusedWith429AndTheOthersFinish()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueuedRequests=1"]);
        using var hold = new Hold(server.Runner);
        var first = server.CompleteAsync("""{"prompt":"a"}""");
        hold.WaitUntilHeld();
        var others = Enumerable.Range(0, 2).Select(_ => server.PostAsync("""{"prompt":"a"}""")).ToArray();

        var refused = await await Task.WhenAny(others).WaitAsync(ServerHarness.Patience);
        hold.LetGo();

        Assert.Equal((HttpStatusCode.TooManyRequests, true), (refused.StatusCode, refused.Headers.RetryAfter?.Delta > TimeSpan.Zero));
        await first;
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.TooManyRequests], (await Task.WhenAll(others)).Select(other => other.StatusCode).Order());
    }

    [Fact]
    public async Task Post_WhileLoading_IsRefusedWith503()
    {
        using var loaded = new ManualResetEventSlim();
        await using var server = await ServerHarness.StartAsync(() => loaded.Wait(ServerHarness.Patience));

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a"}"""));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "model_loading"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
        loaded.Set();
        await server.Engine.Opened.WaitAsync(ServerHarness.Patience);
    }

    [Fact]
    public async Task Post_DeviceLost_IsRefusedAndNeitherReadyNorLive()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = _ => throw new DeviceLostException("gone");
        await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a"}"""));
        await server.DrainAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a"}"""));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "engine_unhealthy"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Rest.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Rest.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Stop_WhileARequestRuns_FinishesItAndRefusesNewOnes()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner);
        var request = server.CompleteAsync("""{"prompt":"a","max_tokens":5}""");
        hold.WaitUntilHeld();

        var stopping = server.StopAsync();
        var (response, error) = await ServerHarness.RefuseAsync(RefusedPostAsync(server));
        hold.LetGo();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal("héll", (await request).GetProperty("choices")[0].GetProperty("text").GetString());
        await stopping;
    }

    [Fact]
    public async Task Stop_RequestOutlastsTheDrainTimeout_IsCancelledAndToldSo()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:DrainTimeout=00:00:00");
        using var hold = new Hold(server.Runner);
        var request = server.PostAsync("""{"prompt":"a","max_tokens":20}""");
        hold.WaitUntilHeld();

        var stopped = server.StopAsync();
        hold.LetGo();

        var (response, error) = await ServerHarness.RefuseAsync(request);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), (response.StatusCode, error.GetProperty("code").GetString()));
        await stopped;
    }

    /// <summary>Posts until the engine has taken notice that it is to drain; what comes before is queued and finishes.</summary>
    private static async Task<HttpResponseMessage> RefusedPostAsync(ServerHarness server)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            using var attempt = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                return await server.Rest.PostAsync("/v1/completions", ServerHarness.Json("""{"prompt":"a"}"""), attempt.Token);
            }
            catch (OperationCanceledException) when (attempt.IsCancellationRequested)
            {
                // It was accepted before the engine drained, and waits behind the one that holds the engine up.
            }
        }
    }
}
