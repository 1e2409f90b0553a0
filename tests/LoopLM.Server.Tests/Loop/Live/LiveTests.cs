using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

namespace LoopLM.Server.Tests.Loop.Live;

/// <summary>The stream of what an engine does now.</summary>
public sealed class LiveTests
{
    private const string Path = "/v1/loop/live?interval_ms=100";

    [Fact]
    public async Task Get_EveryEvent_HasTheMembersThatAreDescribed()
    {
        await using var server = await ServerHarness.StartAsync();
        var document = JsonElement.Parse(await server.Rest.GetStringAsync("/openapi.json"));
        var described = document.GetProperty("components").GetProperty("schemas").GetProperty("LiveEvent");
        using var live = await LiveReader.OpenAsync(server, Path);

        var events = (JsonElement[])[await live.ReadAsync(), await live.ReadAsync()];

        Assert.All(events, each => AssertMembers(described, each));
        Assert.Equal(("loop.live", server.ModelName, "ready", 4), (
            events[0].GetProperty("object").GetString(), events[0].GetProperty("model").GetString(),
            events[0].GetProperty("health").GetString(), events[0].GetProperty("loops").GetInt32()));
    }

    [Fact]
    public async Task Get_WhileARequestRuns_CountsWhatItDoes()
    {
        await using var server = await ServerHarness.StartAsync();
        using var live = await LiveReader.OpenAsync(server, Path);
        var before = await live.ReadAsync();

        await server.CompleteAsync("""{"prompt":"abc","max_tokens":4,"temperature":0,"exit_policy":"fixed","max_loops":2}""");

        var rows = new long[2];
        JsonElement last;
        do
        {
            last = await live.ReadAsync();
            rows[0] += SumOf(last.GetProperty("rows").GetProperty("prefill"));
            rows[1] += SumOf(last.GetProperty("rows").GetProperty("decode"));
        }
        while (last.GetProperty("total").GetProperty("generated_tokens").GetInt32() < 4);
        Assert.Equal([3 * 4, 3 * 2], rows);
        Assert.Equal(0, SumOf((await live.ReadAsync()).GetProperty("rows").GetProperty("prefill")));
        Assert.Equal(0, SumOf(before.GetProperty("total").GetProperty("exits_by_step")));
        var total = last.GetProperty("total");
        Assert.Equal("[0,3,0,1,0,0,0,0]", total.GetProperty("exits_by_step").GetRawText());
        Assert.Equal("""{"policy":0,"max_loops":3,"prompt":1}""", total.GetProperty("exits_by_reason").GetRawText());
        Assert.Equal((0, 0), (last.GetProperty("running").GetInt32(), last.GetProperty("kv_slots").GetProperty("used").GetInt32()));
    }

    [Fact]
    public async Task Get_Model_IsFoundByItsName()
    {
        await using var server = await ServerHarness.StartAsync(settings: ServerHarness.SeveralModels("alpha", "beta"));
        using var live = await LiveReader.OpenAsync(server, $"{Path}&model=beta");

        Assert.Equal("beta", (await live.ReadAsync()).GetProperty("model").GetString());
    }

    [Fact]
    public async Task Get_ModelLoads_SaysSo()
    {
        using var go = new ManualResetEventSlim();
        await using var server = await ServerHarness.StartAsync(opening: () => go.Wait(ServerHarness.Patience));
        using var live = await LiveReader.OpenAsync(server, Path);

        var loading = await live.ReadAsync();

        go.Set();
        Assert.Equal("loading", loading.GetProperty("health").GetString());
        while ((await live.ReadAsync()).GetProperty("health").GetString() == "loading")
        {
        }
    }

    [Theory]
    [InlineData("interval_ms=99", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("interval_ms=60001", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("interval_ms=-250", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("interval_ms=250ms", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("interval_ms=", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("interval_ms=250&interval_ms=250", HttpStatusCode.BadRequest, "invalid_value", "interval_ms")]
    [InlineData("model=other", HttpStatusCode.NotFound, "model_not_found", "model")]
    public async Task Get_WrongQuery_IsRefused(string query, HttpStatusCode status, string code, string param)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.GetAsync($"/v1/loop/live?{query}"));

        Assert.Equal(
            (status, code, param), (response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Get_MoreReadersThanMayBe_IsRefusedUntilOneLeaves()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxLiveReaders=1");
        var first = await LiveReader.OpenAsync(server, Path);
        await first.ReadAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.GetAsync(Path));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("server_overloaded", error.GetProperty("code").GetString());
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        first.Dispose();
        await UntilAnsweredAsync(server);
    }

    [Fact]
    public async Task Get_ClientHasItsShare_IsRefusedWhileAnotherFindsAPlace()
    {
        await using var server = await ServerHarness.StartAsync(settings:
        [
            "--Limits:MaxLiveReaders=4", "--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={Hash("first")}",
            "--Auth:Keys:1:Name=b", $"--Auth:Keys:1:Sha256={Hash("second")}",
        ]);
        server.Rest.DefaultRequestHeaders.Authorization = new("Bearer", "first");
        using var one = await LiveReader.OpenAsync(server, Path);
        using var two = await LiveReader.OpenAsync(server, Path);

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.GetAsync(Path));
        server.Rest.DefaultRequestHeaders.Authorization = new("Bearer", "second");
        using var other = await LiveReader.OpenAsync(server, Path);

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_exceeded"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);

        static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    [Fact]
    public async Task Get_ServerDrains_EndsWithALastEvent()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner);
        var request = server.CompleteAsync("""{"prompt":"abc","max_tokens":4}""");
        hold.WaitUntilHeld();
        using var live = await LiveReader.OpenAsync(server, "/v1/loop/live?interval_ms=60000");
        await live.ReadAsync();

        server.Service<IHostApplicationLifetime>().StopApplication();
        var last = await live.ReadAsync();

        Assert.Equal("draining", last.GetProperty("health").GetString());
        Assert.Equal("data: [DONE]\n\n", await live.ReadToEndAsync());
        hold.LetGo();
        await request;
    }

    private static async Task UntilAnsweredAsync(ServerHarness server)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (true)
        {
            using var response = await server.Rest.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return;
            }

            await Task.Delay(5, patience.Token);
        }
    }

    private static long SumOf(JsonElement counts) => counts.EnumerateArray().Sum(count => count.GetInt64());

    private static void AssertMembers(JsonElement described, JsonElement found)
    {
        var properties = described.GetProperty("properties");
        var names = found.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names, properties.EnumerateObject().Select(property => property.Name));
        Assert.Equal(names, described.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        foreach (var member in found.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object))
        {
            AssertMembers(properties.GetProperty(member.Name), member.Value);
        }
    }
}
