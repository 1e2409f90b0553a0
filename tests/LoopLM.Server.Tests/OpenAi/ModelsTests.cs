using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

public sealed class ModelsTests
{
    [Fact]
    public async Task Get_Models_ListsTheServedOneWithItsLoops()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: ["--Model:Name=org/loopy", "--Engine:Exit:Policy=act", "--Engine:KvLayout=Shared"]);

        var list = JsonElement.Parse(await server.Rest.GetStringAsync("/v1/models"));
        var one = JsonElement.Parse(await server.Rest.GetStringAsync("/v1/models/org/loopy"));

        Assert.Equal(("org/loopy", JsonValueKind.Null), (one.GetProperty("root").GetString(), one.GetProperty("parent").ValueKind));
        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.True(JsonElement.DeepEquals(one, list.GetProperty("data")[0]));
        Assert.Equal(
            ("org/loopy", "model", 2048),
            (one.GetProperty("id").GetString(), one.GetProperty("object").GetString(), one.GetProperty("max_model_len").GetInt32()));
        Assert.Equal(
            """{"total_ut_steps":4,"max_loops":8,"exit_policy":"act","exit_threshold":0.99,"kv_layout":"shared"}""",
            one.GetProperty("loop").GetRawText());
    }

    [Fact]
    public async Task Get_WithARequestId_GetsItBack()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "x-request-id", "abc-123" } } };

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, "abc-123"), (response.StatusCode, response.Headers.GetValues("x-request-id").Single()));
    }

    [Fact]
    public async Task Get_OddRequestId_GetsANewOne()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "x-request-id", new string('a', 200) } } };

        using var response = await server.Rest.SendAsync(request);

        Assert.InRange(response.Headers.GetValues("x-request-id").Single().Length, 1, 128);
    }
}
