using System.Security.Cryptography;

namespace LoopLM.Server.Tests.Access;

/// <summary>Requests that name a protected route or its host in odd ways reach nothing without a key.</summary>
public sealed class RawRequestTests
{
    private static readonly string[] s_settings =
        ["--Auth:Keys:0:Name=one", $"--Auth:Keys:0:Sha256={Convert.ToHexString(SHA256.HashData("key"u8))}"];

    [Theory]
    [InlineData("//v1/models")]
    [InlineData("/V1/MODELS")]
    [InlineData("/v1//models")]
    [InlineData("/v1/models/")]
    [InlineData("/v1/models.")]
    [InlineData("/v1./models")]
    [InlineData("/v1%2fmodels")]
    [InlineData("/v1%2Fmodels")]
    [InlineData("/%76%31/models")]
    [InlineData("/v1/models%00")]
    [InlineData("/v1/models%20")]
    [InlineData("/v1/models;/health/live")]
    [InlineData("/v1/models?/health/live")]
    [InlineData("/v1/models#/health/live")]
    [InlineData("/health/live/../../v1/models")]
    [InlineData("/health/live/%2e%2e/%2e%2e/v1/models")]
    [InlineData("/health/live/..%2f..%2fv1/models")]
    [InlineData("/health/live;/../../v1/models")]
    [InlineData("/health/live\\..\\..\\v1\\models")]
    [InlineData("http://localhost/v1/models")]
    [InlineData("http://localhost/health/live/../../v1/models")]
    [InlineData("http://localhost@localhost/v1/models")]
    [InlineData("*")]
    public async Task Get_OddTarget_ReachesNoModelWithoutAKey(string target)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var answer = await RawHttp.SendAsync(server, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        AssertRefused(answer);
    }

    [Theory]
    [InlineData("Host: localhost/health/live?")]
    [InlineData("Host: localhost/health/live#")]
    [InlineData("Host: localhost.")]
    [InlineData("Host: LOCALHOST")]
    [InlineData("Host: localhost:99999")]
    [InlineData("Host: localhost@evil.example.org")]
    [InlineData("Host: evil.example.org")]
    [InlineData("Host: ")]
    [InlineData("Host: localhost\r\nHost: evil.example.org")]
    [InlineData("Host: localhost\r\nX-Forwarded-Host: localhost/health\r\nX-Forwarded-Prefix: /health")]
    [InlineData("Host: localhost\r\nX-Original-URL: /health/live\r\nX-Rewrite-URL: /health/live")]
    [InlineData("Host: localhost\r\nX-HTTP-Method-Override: OPTIONS")]
    [InlineData("Host: localhost\r\nAuthorization: Bearer wrong\r\nAuthorization: Bearer key2")]
    [InlineData("Host: localhost\r\nContent-Type: application/grpc")]
    [InlineData("X-No-Host: 1")]
    public async Task Get_OddHeaders_ReachNoModelWithoutAKey(string headers)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var answer = await RawHttp.SendAsync(server, $"GET /v1/models HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n");

        AssertRefused(answer);
    }

    [Theory]
    [InlineData("GET http://localhost/v1/models HTTP/1.1\r\nHost: localhost")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost")]
    public async Task Get_PlainRequestWithTheKey_IsAnswered(string begin)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var answer = await RawHttp.SendAsync(server, $"{begin}\r\nAuthorization: Bearer key\r\nConnection: close\r\n\r\n");

        Assert.Equal(200, RawHttp.StatusOf(answer));
    }

    private static void AssertRefused(string answer)
    {
        Assert.True(
            RawHttp.StatusOf(answer) is 400 or 401 or 405
                || answer.Contains("grpc-status: 16", StringComparison.OrdinalIgnoreCase), answer);
        Assert.DoesNotContain("looplm-bytes", answer, StringComparison.Ordinal);
    }
}
