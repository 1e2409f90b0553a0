using System.Net;
using LoopLM.Server.Configuration;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Tests.Access;

/// <summary>How much may wait for admission, and how long.</summary>
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
        await using var server = await ServerHarness.StartAsync(
            settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueueTime=00:00:00.001"]);
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

    [Fact]
    public async Task Post_ChoicesWaitLongerThanRequestsMay_AreAllAnswered()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueueTime=00:00:00.001"]);

        var completion = await server.CompleteAsync("""{"prompt":["a","b","c"],"n":4,"max_tokens":20,"ignore_eos":true}""");

        Assert.All(completion.GetProperty("choices").EnumerateArray(), choice =>
            Assert.Equal("length", choice.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Post_MoreChoicesThanOneRequestMayHave_IsRefusedWithTheirNumberAndTheSetting()
    {
        await using var server = await ServerHarness.StartAsync();
        var prompts = string.Join(',', Enumerable.Repeat("\"Once upon a time\"", 32));

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync($$"""{"prompt":[{{prompts}}],"n":8,"max_tokens":20}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "n"), (response.StatusCode, error.GetProperty("param").GetString()));
        Assert.Equal(
            "'n' is 8 and 'prompt' has 32 entries: 256 choices; at most 128 are allowed in one request, which Limits:MaxTotalChoices sets. Send several requests.",
            error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 3)]
    public async Task Post_ClientFloodsTheQueue_IsRefusedWhileAnotherFindsAPlace(int weight, int places)
    {
        await using var server = await ServerHarness.StartAsync(
            settings: [.. Keys("flood", "other"), $"--Auth:Keys:0:Weight={weight}",
                "--Engine:MaxSequences=1", "--Engine:MaxQueuedRequests=4"]);
        using var hold = new Hold(server.Runner);
        var running = PostAsync(server, "flood");
        hold.WaitUntilHeld();
        var flood = Enumerable.Range(0, 6).Select(_ => PostAsync(server, "flood")).ToList();
        while (flood.Count > places)
        {
            var next = await Task.WhenAny(flood).WaitAsync(ServerHarness.Patience);
            Assert.Equal((HttpStatusCode.TooManyRequests, true), ((await next).StatusCode, (await next).Headers.RetryAfter is not null));
            flood.Remove(next);
        }

        var metrics = await MetricsAsync(server, "other");
        var other = PostAsync(server, "other");
        hold.LetGo();

        Assert.Equal(HttpStatusCode.OK, (await other).StatusCode);
        Assert.All(await Task.WhenAll([running, .. flood]), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Contains(
            $"looplm_queue_client_requests{{client=\"flood\",model=\"looplm-bytes\"}} {places}", metrics, StringComparison.Ordinal);
        Assert.Contains(
            $"looplm_queue_full_total{{client=\"flood\",model=\"looplm-bytes\"}} {6 - places}", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::9", "2001:db8:1:3::/64")]
    public void Network_Address_IsWhatOneClientHas(string address, string network) =>
        Assert.Equal(network, HttpCallers.Network(IPAddress.Parse(address)));

    private static IEnumerable<string> Keys(params string[] names) => names.SelectMany((name, i) => (string[])
        [$"--Auth:Keys:{i}:Name={name}", $"--Auth:Keys:{i}:Sha256={Convert.ToHexString(ApiKeyOptions.Hash(name))}"]);

    private static Task<HttpResponseMessage> PostAsync(ServerHarness server, string key) =>
        SendAsync(server, key, new(HttpMethod.Post, "/v1/completions")
        {
            Content = ServerHarness.Json("""{"prompt":"a","max_tokens":2}"""),
        });

    private static async Task<string> MetricsAsync(ServerHarness server, string key) =>
        await (await SendAsync(server, key, new(HttpMethod.Get, "/metrics"))).Content.ReadAsStringAsync();

    private static Task<HttpResponseMessage> SendAsync(ServerHarness server, string key, HttpRequestMessage request)
    {
        request.Headers.Authorization = new("Bearer", key);
        return server.Rest.SendAsync(request);
    }
}
