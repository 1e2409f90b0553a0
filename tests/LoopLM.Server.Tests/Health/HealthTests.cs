using System.Net;
using System.Text.Json;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Server.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Ready_LoadingThenLoaded_TurnsGreenWhileLiveStaysGreen()
    {
        using var loaded = new ManualResetEventSlim();
        await using var server = await ServerHarness.StartAsync(() => loaded.Wait(ServerHarness.Patience));

        var whileLoading = (await StatusAsync(server, "ready"), await StatusAsync(server, "live"));
        loaded.Set();
        await server.Engine.Opened.WaitAsync(ServerHarness.Patience);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), whileLoading);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(server, "ready"), await StatusAsync(server, "live")));
    }

    [Theory]
    [InlineData("live")]
    [InlineData("ready")]
    public async Task Check_TickHangs_TurnsRedWithTheReasonUntilItGoesOn(string check)
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:TickTimeout=00:00:00.001");
        using var hold = new Hold(server.Runner);
        var request = server.PostAsync("""{"prompt":"a","max_tokens":1}""");
        hold.WaitUntilHeld();
        Assert.True(SpinWait.SpinUntil(() => server.Engine.TickAge > TimeSpan.FromMilliseconds(1), ServerHarness.Patience));

        var answer = await server.Rest.GetAsync($"/health/{check}");
        hold.LetGo();
        (await request).Dispose();
        await server.DrainAsync();

        var body = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unhealthy"), (answer.StatusCode, body.GetProperty("status").GetString()));
        Assert.Equal(
            "A loop pass has lasted longer than Limits:TickTimeout allows; the engine hangs.", body.GetProperty("reason").GetString());
        Assert.True(SpinWait.SpinUntil(() => server.Engine.TickAge == TimeSpan.Zero, ServerHarness.Patience));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, check));
    }

    [Fact]
    public async Task Ready_Loading_SaysWhyItIsRed()
    {
        using var loaded = new ManualResetEventSlim();
        await using var server = await ServerHarness.StartAsync(() => loaded.Wait(ServerHarness.Patience));

        var body = await BodyAsync(server, "ready");
        loaded.Set();
        await server.Engine.Opened.WaitAsync(ServerHarness.Patience);

        Assert.Equal("""{"status":"loading","reason":"A model is being loaded."}""", body);
        Assert.Equal("""{"status":"ready"}""", await BodyAsync(server, "ready"));
    }

    [Fact]
    public async Task Live_EngineFails_SaysSoWithoutWhatTheLogKnows()
    {
        await using var server = await ServerHarness.StartAsync();

        server.Engine.Fail("/secret/model.safetensors was changed");
        Assert.True(SpinWait.SpinUntil(() => server.Engine.Snapshot.Health == EngineHealth.Unhealthy, ServerHarness.Patience));

        Assert.Equal(
            """{"status":"unhealthy","reason":"An engine has failed for good, and the log says why. Only a restart helps."}""",
            await BodyAsync(server, "live"));
    }

    [Fact]
    public async Task Start_ModelCannotBeLoaded_StopsTheServer()
    {
        await using var server = await ServerHarness.StartAsync(() => throw new InvalidOperationException("no weights"));

        Assert.True(server.Stopping.WaitHandle.WaitOne(ServerHarness.Patience));
    }

    private static async Task<string> BodyAsync(ServerHarness server, string check) =>
        await (await server.Rest.GetAsync($"/health/{check}")).Content.ReadAsStringAsync();

    private static async Task<HttpStatusCode> StatusAsync(ServerHarness server, string check) =>
        (await server.Rest.GetAsync($"/health/{check}")).StatusCode;
}
