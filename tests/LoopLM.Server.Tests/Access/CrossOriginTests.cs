using System.Net;
using LoopLM.Server.Hosting.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

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
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "authorization,content-type" } },
        };

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Get_HostOfAnotherName_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = "evil.example.org:8080" } };

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.SendAsync(request));

        Assert.Equal((HttpStatusCode.BadRequest, "host_not_allowed"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Matches("evil[.]example[.]org:8080.*AllowedHosts", error.GetProperty("message").GetString());
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public void Refuse_ManyRequests_LogsOneLineInTenSeconds()
    {
        var time = new FakeTimeProvider();
        var logger = new LogLines<RefusedHosts>();
        var refused = new RefusedHosts(time, logger);
        var context = new DefaultHttpContext { Request = { Headers = { Host = "evil\u0007\n" + new string('a', 300) } } };

        refused.Refuse(context);
        time.Advance(TimeSpan.FromSeconds(9));
        refused.Refuse(context);
        Assert.Single(logger.Lines);
        time.Advance(TimeSpan.FromSeconds(1));
        refused.Refuse(context);

        Assert.Equal(2, logger.Lines.Count);
        Assert.Matches(@"^[^\n]*evil\\u\{7\}\\u\{a\}a{100,124}[.]{3}[^\n]*$", logger.Lines[1]);
    }
}
