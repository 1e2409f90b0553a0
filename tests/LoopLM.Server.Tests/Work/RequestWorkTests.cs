using System.Net;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tests.Work;

/// <summary>Requests while the threads for long work are held up.</summary>
public sealed class RequestWorkTests
{
    private static readonly string s_long = new('a', RequestWork.ShortLength + 1);

    [Fact]
    public async Task Get_ManyRequestsWaitForCompilation_ProbesAndShortRequestsAreAnswered()
    {
        const int flood = 200;
        await using var server = await ServerHarness.StartAsync(settings: ["--Limits:WorkThreads=1", $"--Limits:MaxQueuedWork={flood}"]);
        var work = server.Service<RequestWork>();
        using var held = new HeldWork(work.Forms);
        using var leave = new CancellationTokenSource();
        Task[] waiting =
        [
            .. Enumerable.Range(0, flood).Select(i => server.Rest.PostAsync(
                "/v1/completions", ServerHarness.Json($$"""{"prompt":"a","max_tokens":1,"guided_regex":"a{{i}}"}"""), leave.Token)),
        ];
        Assert.True(SpinWait.SpinUntil(() => work.Forms.Waiting == flood, ServerHarness.Patience));

        Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync("/metrics")).StatusCode);
        await server.CompleteAsync("""{"prompt":"a","max_tokens":1}""");
        Assert.True(ThreadPool.ThreadCount < flood, $"{ThreadPool.ThreadCount} threads for {flood} requests that wait");

        await leave.CancelAsync();
        await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default);
        await server.UntilNoPostIsServedAsync();
    }

    [Fact]
    public async Task Post_MoreFormsThanMayWait_IsRefusedWithTheTimeToWait()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Limits:WorkThreads=1", "--Limits:MaxQueuedWork=0"]);
        using var held = new HeldWork(server, work => work.Forms);

        var (response, error) = await ServerHarness.RefuseAsync(
            server.PostAsync("""{"prompt":"a","max_tokens":1,"guided_choice":["a"]}"""));

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full", 1),
            (response.StatusCode, error.GetProperty("code").GetString(), (int)response.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Contains("Limits:MaxQueuedWork", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await server.CompleteAsync("""{"prompt":"a","max_tokens":1}""");
    }

    public static TheoryData<string, string> LongTexts => new()
    {
        { "/v1/completions", $$"""{"max_tokens":1,"prompt":"{{s_long}}"}""" },
        { "/v1/chat/completions", $$"""{"messages":[{"role":"user","content":"{{s_long}}"}]}""" },
        { "/v1/responses", $$"""{"input":"{{s_long}}"}""" },
        { "/v1/loop/compare", $$"""{"prompt":"{{s_long}}","settings":[{},{}]}""" },
        { "/tokenize", $$"""{"prompt":"{{s_long}}"}""" },
        { "/tokenize", $$"""{"messages":[{"role":"user","content":"{{s_long}}"}]}""" },
        { "/detokenize", $$"""{"tokens":[1],"x":"{{s_long}}"}""" },
        { "/apply-template", $$"""{"messages":[{"role":"user","content":"{{s_long}}"}]}""" },
    };

    [Theory]
    [MemberData(nameof(LongTexts), DisableDiscoveryEnumeration = true)]
    public async Task Post_MoreLongTextsThanMayWait_IsRefused(string path, string body)
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Limits:WorkThreads=1", "--Limits:MaxQueuedWork=0"]);
        using var held = HeldTexts(server);

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync(path, ServerHarness.Json(body)));

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ShortTextsWhileLongOnesWait_AreAnswered()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Limits:WorkThreads=1", "--Limits:MaxQueuedWork=0"]);
        using var held = HeldTexts(server);

        await server.CompleteAsync("""{"prompt":"a","max_tokens":1}""");
        using var tokens = await server.Rest.PostAsync("/tokenize", ServerHarness.Json("""{"messages":[{"role":"user","content":"a"}]}"""));

        Assert.Equal(HttpStatusCode.OK, tokens.StatusCode);
    }

    private static HeldWork HeldTexts(ServerHarness server) => new(server, work => work.Texts);
}
