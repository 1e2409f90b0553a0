namespace LoopLM.Server.Tests.Transport;

public sealed class DrainingConnectionsTests
{
    [Fact]
    public async Task Post_AnsweredWhileDraining_EndsItsConnection()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner);
        var running = server.PostAsync("""{"prompt":"a","max_tokens":2}""");
        hold.WaitUntilHeld();
        var stopping = server.StopAsync();
        hold.LetGo();

        using var response = await running;
        await stopping;

        Assert.True(response.Headers.ConnectionClose);
    }

    [Fact]
    public async Task Post_AnsweredWhileReady_KeepsItsConnection()
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.PostAsync("""{"prompt":"a","max_tokens":2}""");

        Assert.Null(response.Headers.ConnectionClose);
    }
}
