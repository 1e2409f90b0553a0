using System.Net;

namespace LoopLM.Server.Tests.Access;

/// <summary>Which browsers and which host names get an answer.</summary>
public sealed class CrossOriginTests
{
    private const string Origin = "https://chat.example.org";

    [Theory]
    [InlineData(null, Origin, null)]
    [InlineData(Origin, Origin, Origin)]
    [InlineData(Origin, "https://evil.example.org", null)]
    public async Task Options_Preflight_AllowsConfiguredOriginsOnly(string? configured, string origin, string? allowed)
    {
        await using var server = await ServerHarness.StartAsync(settings: configured is null ? [] : [$"--Cors:Origins:0={configured}"]);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/completions")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "authorization,content-type" } },
        };

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Get_HostOfAnotherName_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = "evil.example.org" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await server.Rest.SendAsync(request)).StatusCode);
    }
}
