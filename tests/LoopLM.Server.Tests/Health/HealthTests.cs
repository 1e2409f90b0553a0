using System.Net;

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

    [Fact]
    public async Task Start_ModelCannotBeLoaded_StopsTheServer()
    {
        await using var server = await ServerHarness.StartAsync(() => throw new InvalidOperationException("no weights"));

        Assert.True(server.Stopping.WaitHandle.WaitOne(ServerHarness.Patience));
    }

    private static async Task<HttpStatusCode> StatusAsync(ServerHarness server, string check) =>
        (await server.Rest.GetAsync($"/health/{check}")).StatusCode;
}
