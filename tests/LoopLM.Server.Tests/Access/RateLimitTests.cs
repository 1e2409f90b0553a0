using System.Globalization;
using System.Net;
using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Access;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Access;

/// <summary>What a client may use of the server.</summary>
public sealed class RateLimitTests
{
    private const string One = """{"prompt":"abc","max_tokens":2}""";

    [Fact]
    public async Task Post_RequestsUsedUp_IsRefusedWithWhatIsLeft()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:RequestsPerMinute=2");
        using var first = await server.PostAsync(One);
        using var second = await server.PostAsync(One);

        var (third, error) = await ServerHarness.RefuseAsync(server.PostAsync(One));

        Assert.Equal(["2", "1", "30s"], Headers(first, "requests"));
        Assert.Equal("0", Headers(second, "requests")[1]);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_exceeded"), (third.StatusCode, error.GetProperty("code").GetString()));
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
    }

    [Fact]
    public async Task Post_TokensUsedUp_IsRefusedAndHoldsNothing()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:TokensPerMinute=12");
        using var first = await server.PostAsync(One);
        using var second = await server.PostAsync(One);

        var (third, error) = await ServerHarness.RefuseAsync(server.PostAsync(One));

        Assert.Equal(["12", "7"], Headers(first, "tokens")[..2]);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_exceeded"), (third.StatusCode, error.GetProperty("code").GetString()));
        Assert.NotNull(third.Headers.RetryAfter);
    }

    [Fact]
    public async Task Post_MoreTokensThanAMinuteHas_IsRefusedForGood()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:TokensPerMinute=10");

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"abc","max_tokens":2,"n":3}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "max_tokens"), (response.StatusCode, error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Post_AsManyAsMayRunAtOnce_IsRefusedUntilOneEnds()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:ConcurrentRequests=1");
        using var hold = new Hold(server.Runner);
        var first = server.CompleteAsync(One);
        hold.WaitUntilHeld();

        var (response, _) = await ServerHarness.RefuseAsync(server.PostAsync(One));
        hold.LetGo();
        await first;

        Assert.Equal((HttpStatusCode.TooManyRequests, true), (response.StatusCode, response.Headers.RetryAfter is not null));
        await WaitUntilAnsweredAsync(server);
    }

    [Fact]
    public async Task Post_KeyWithLimitsOfItsOwn_IsHeldToThemAlone()
    {
        var settings = new[] { "a", "b" }.SelectMany((key, i) => (string[])
            [$"--Auth:Keys:{i}:Name={key}",
                $"--Auth:Keys:{i}:Sha256={Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([(byte)key[0]]))}"]);
        await using var server = await ServerHarness.StartAsync(
            settings: [.. settings, "--RateLimits:RequestsPerMinute=1", "--Auth:Keys:1:RequestsPerMinute=2"]);

        var statuses = new List<HttpStatusCode>();
        foreach (var key in new[] { "a", "a", "b", "b", "b" })
        {
            server.Rest.DefaultRequestHeaders.Authorization = new("Bearer", key);
            statuses.Add((await server.Rest.GetAsync("/v1/models")).StatusCode);
        }

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            statuses);
    }

    [Fact]
    public async Task Get_HealthAndMetrics_AreNotCounted()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:RequestsPerMinute=1");
        foreach (var path in new[] { "/health", "/health/live", "/metrics", "/metrics" })
        {
            Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync(path)).StatusCode);
        }
    }

    [Fact]
    public async Task Generate_LimitsUsedUp_IsResourceExhausted()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: ["--RateLimits:RequestsPerMinute=2", "--RateLimits:TokensPerMinute=5"]);
        var codes = new List<StatusCode>();
        var pushbacks = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            using var call = new Inference.InferenceClient(server.Channel).Generate(
                new GenerateRequest { Text = "abc", MaxTokens = 2 }, deadline: DateTime.UtcNow + ServerHarness.Patience);
            var refused = await Record.ExceptionAsync(async () => await call.ResponseStream.ReadAllAsync().ToListAsync()) as RpcException;
            codes.Add(refused?.StatusCode ?? StatusCode.OK);
            pushbacks.Add(refused?.Trailers.GetValue("grpc-retry-pushback-ms"));
        }

        Assert.Equal([StatusCode.OK, StatusCode.ResourceExhausted, StatusCode.ResourceExhausted], codes);
        Assert.All(pushbacks[1..], pushback => Assert.InRange(int.Parse(pushback!, CultureInfo.InvariantCulture), 1000, 60_000));
    }

    [Fact]
    public void TimeUntil_PartOfOneIsThere_IsExactlyWhenItIsWhole()
    {
        var time = new FakeTimeProvider();
        var budget = new TokenBucket(7, time);
        Assert.True(budget.TryTake(7));
        time.Advance(TimeSpan.FromSeconds(8));

        var wait = budget.TimeUntil(1);
        time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.False(budget.TryTake(1));
        time.Advance(TimeSpan.FromTicks(1));

        Assert.InRange(wait.TotalSeconds, 0.57, 0.58);
        Assert.True(budget.TryTake(1));
    }

    [Fact]
    public void TryTake_IdleForDays_HasWhatAMinuteHas()
    {
        var time = new FakeTimeProvider();
        var budget = new TokenBucket(int.MaxValue, time);
        Assert.True(budget.TryTake(5));

        time.Advance(TimeSpan.FromDays(400));

        Assert.Equal((int.MaxValue, TimeSpan.Zero), (budget.Remaining, budget.TimeUntil(int.MaxValue)));
    }

    private static string[] Headers(HttpResponseMessage response, string name) =>
        [.. new[] { "limit", "remaining", "reset" }.Select(kind => response.Headers.GetValues($"x-ratelimit-{kind}-{name}").Single())];

    /// <summary>The place of a request is free a moment after its client has read the answer.</summary>
    private static async Task WaitUntilAnsweredAsync(ServerHarness server)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while ((await server.PostAsync(One)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
