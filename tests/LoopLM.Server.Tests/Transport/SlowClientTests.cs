using System.Net;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Tests.Transport;

/// <summary>Clients that send or read too slowly hold little, not for long, and learn why where they can be.</summary>
public sealed class SlowClientTests
{
    private const int Budget = 1 << 20;

    /// <summary>The shortest time to be slow in, and rates that nobody reaches who does nothing.</summary>
    private static readonly string[] s_impatient =
    [
        $"--Limits:MaxAnswerMemory={Budget}", $"--Limits:MaxBodyMemory={Budget}", "--Limits:DataRateGracePeriod=00:00:02",
        "--Limits:AnswerGracePeriod=00:00:02",
    ];

    [Fact]
    public async Task Post_ManyWhoDoNotReadLargeAnswers_HoldNoMoreThanTheBudgetAndAreGivenUp()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_impatient);
        var limits = server.Service<TransferLimits>();
        var body = $$"""{"prompt":"{{new string(' ', 100_000)}}","return_token_strs":true}""";
        var readers = Enumerable.Range(0, 12).Select(_ => new RawConnection(server)).ToList();

        var most = 0L;
        foreach (var reader in readers)
        {
            Assert.True(await reader.TrySendAsync(RawConnection.Post("/tokenize", body)));
            most = Math.Max(most, limits.Answers.Used);
        }

        await UntilAsync(() =>
        {
            most = Math.Max(most, limits.Answers.Used);
            return limits.Answers.Taken > 0 && limits.Answers.Used == 0;
        });
        Assert.InRange(most, 1, Budget);
        readers.ForEach(reader => reader.Dispose());
        Assert.Equal(HttpStatusCode.OK, (await server.Rest.PostAsync("/tokenize", ServerHarness.Json(body))).StatusCode);
    }

    [Fact]
    public async Task Post_ManyWhoDoNotReadLargeAnswers_AreRefusedBeyondTheBudget()
    {
        // Nobody is given up meanwhile, so whoever is answered holds what is left of the answer.
        await using var server = await ServerHarness.StartAsync(
            settings: [$"--Limits:MaxAnswerMemory={Budget}",
                "--Limits:DataRateGracePeriod=00:10:00", "--Limits:AnswerGracePeriod=00:10:00"]);
        var body = $$"""{"prompt":"{{new string(' ', 100_000)}}","return_token_strs":true}""";
        var size = (await (await server.Rest.PostAsync("/tokenize", ServerHarness.Json(body))).Content.ReadAsByteArrayAsync()).Length;
        var readers = Enumerable.Range(0, 12).Select(_ => new RawConnection(server)).ToList();

        var statuses = new List<int>();
        foreach (var reader in readers)
        {
            Assert.True(await reader.TrySendAsync(RawConnection.Post("/tokenize", body)));
            statuses.Add(RawHttp.StatusOf(await reader.ReadAsync(until: "\r\n\r\n")));
        }

        // The first may hold more than the budget, and the system takes some of each.
        Assert.InRange(statuses.Count(status => status == 200), 1, 1 + (2 * Budget / size));
        Assert.All(statuses, status => Assert.Contains(status, (int[])[200, 503]));
        readers.ForEach(reader => reader.Dispose());
        await UntilAsync(() => server.Service<TransferLimits>().Answers.Used == 0);
    }

    [Fact]
    public async Task Post_NoRoomForALargeAnswer_IsRefusedAndASmallOneAnswered()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_impatient);
        using var other = new HeldBytes(server.Service<TransferLimits>().Answers);
        other.TryHold(HeldBytes.FreeShare + Budget);

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/tokenize", ServerHarness.Json($$"""{"prompt":"{{new string(' ', 100_000)}}"}""")));

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "server_overloaded"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.OK, (await server.Rest.PostAsync("/tokenize", ServerHarness.Json("""{"prompt":"a"}"""))).StatusCode);
    }

    [Fact]
    public async Task Post_ManyLargeBodiesThatStop_HoldNoMoreThanTheBudgetAndAreRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_impatient);
        var limits = server.Service<TransferLimits>();
        var begin = RawConnection.Post("/v1/completions", $$"""{"prompt":"{{new string('a', 400_000)}}"}""")[..^10];
        var senders = Enumerable.Range(0, 8).Select(_ => new RawConnection(server)).ToList();

        var answers = await Task.WhenAll(senders.Select(async sender =>
        {
            // One that is refused at once need not take all of it.
            await sender.TrySendAsync(begin);
            return await sender.ReadAsync(until: "}}");
        }));

        Assert.Equal(0, limits.Bodies.Used);
        Assert.All(answers, answer => Assert.Contains(RawHttp.StatusOf(answer), (int[])[503, 408, 0]));
        Assert.Contains(answers, answer =>
            answer.Contains("server_overloaded", StringComparison.Ordinal) && answer.Contains("Retry-After: 5", StringComparison.Ordinal));
        Assert.Contains(answers, answer => answer.Contains("request_timeout", StringComparison.Ordinal));
        senders.ForEach(sender => sender.Dispose());
    }

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\n{")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")]
    public async Task Post_SmallBodyThatStops_IsTimedOutWithABody(string rest)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_impatient);
        using var sender = new RawConnection(server);
        await sender.TrySendAsync($"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{rest}");

        var answer = await sender.ReadAsync();

        Assert.Equal(408, RawHttp.StatusOf(answer));
        Assert.Contains("\"code\":\"request_timeout\"", answer, StringComparison.Ordinal);
        Assert.Contains("x-request-id", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Send_HeadersThatStop_IsTimedOut()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:RequestHeadersTimeout=00:00:01");
        using var sender = new RawConnection(server);
        await sender.TrySendAsync("GET /health HTTP/1.1\r\nHost: loc");

        Assert.Equal(408, RawHttp.StatusOf(await sender.ReadAsync()));
    }

    [Fact]
    public async Task Send_NothingAfterAnAnswer_IsClosed()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:KeepAliveTimeout=00:00:01");
        using var sender = new RawConnection(server);
        await sender.TrySendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(200, RawHttp.StatusOf(await sender.ReadAsync()));
    }

    [Fact]
    public async Task Post_StreamThatNobodyReads_IsBrokenOffAndFreesTheEngine()
    {
        await using var server = await StartWithALongTextAsync();
        using var reader = new RawConnection(server);
        await reader.TrySendAsync(
            RawConnection.Post("/v1/completions", """{"prompt":"a","n":8,"max_tokens":8000,"stream":true,"temperature":0}"""));
        var begin = await reader.ReadAsync(until: "data: ");

        await server.UntilNoPostIsServedAsync();
        await server.DrainAsync();

        Assert.Equal(0, server.Service<TransferLimits>().Answers.Used);
        Assert.Equal(200, RawHttp.StatusOf(begin));
        Assert.DoesNotContain("[DONE]", await reader.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_StreamReadLate_IsWhole()
    {
        await using var server = await StartWithALongTextAsync();
        using var reader = new RawConnection(server);
        await reader.TrySendAsync(
            RawConnection.Post("/v1/completions", """{"prompt":"a","max_tokens":4000,"stream":true,"temperature":0}"""));

        // The engine has done all of it before more than the first event is read.
        await reader.ReadAsync(until: "data: ");
        await server.DrainAsync();

        Assert.EndsWith(
            "data: [DONE]\n\n\r\n0\r\n\r\n", await reader.ReadAsync(until: "[DONE]\n\n\r\n0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_StreamOfASlowModel_IsNotTimedOut()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: [.. s_impatient, "--Limits:MinDataRate=1073741824",
                "--Limits:KeepAliveTimeout=00:00:01", "--Limits:RequestHeadersTimeout=00:00:01"]);
        using var hold = new Hold(server.Runner, position: 4);
        using var reader = new RawConnection(server);
        await reader.TrySendAsync(RawConnection.Post("/v1/completions", """{"prompt":"a","max_tokens":8,"stream":true,"temperature":0}"""));
        await reader.ReadAsync(until: "data: ");
        hold.WaitUntilHeld();

        // Longer than every time that the settings allow.
        await Task.Delay(TimeSpan.FromSeconds(4));
        hold.LetGo();

        Assert.Contains("[DONE]", await reader.ReadAsync(until: "[DONE]"), StringComparison.Ordinal);
    }

    private static Task<ServerHarness> StartWithALongTextAsync() => ServerHarness.StartAsync(
        text: string.Concat(Enumerable.Repeat("A fox saw a crow. ", 500)),
        contextLength: 16384, settings: [.. s_impatient, "--Engine:KvSlots=600000"]);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
