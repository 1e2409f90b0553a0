using System.Net;
using Grpc.Core;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>What is too large of a request is refused before it takes memory, and the server goes on.</summary>
public sealed class HttpLimitsTests
{
    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: localhost", 20_000, 414)]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: {0}", 1 << 20, 431)]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nX-{0}: 1", 1 << 20, 431)]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {0}", 1 << 20, 431)]
    public async Task Send_HugeHead_IsRefused(string head, int size, int status)
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await RawHttp.SendAsync(server, head.Replace("{0}", new string('a', size), StringComparison.Ordinal) + "\r\n\r\n");

        Assert.Contains(RawHttp.StatusOf(answer), (int[])[status, 0]);
        Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task Send_ManyHeaders_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        var headers = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));

        var answer = await RawHttp.SendAsync(server, $"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");

        Assert.Equal(431, RawHttp.StatusOf(answer));
        Assert.Contains("x-request-id", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("202 headers; at most 100", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_ManyMetadataEntries_IsResourceExhausted()
    {
        await using var server = await ServerHarness.StartAsync();
        var metadata = new Metadata();
        for (var i = 0; i < 101; i++)
        {
            metadata.Add($"x-{i}", "1");
        }

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(
                new Inference.InferenceClient(server.Channel).Generate(
                    new GenerateRequest { Text = "a" }, metadata, DateTime.UtcNow + ServerHarness.Patience)));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("at most 100", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ContentLengthBeyondTheLimit_IsRefusedUnread()
    {
        await using var server = await ServerHarness.StartAsync();

        // Nothing of the body is ever sent.
        var answer = await RawHttp.SendAsync(server,
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n");

        Assert.Equal(413, RawHttp.StatusOf(answer));
    }

    [Theory]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    public async Task Post_LengthThatMeansNothing_IsRefused(string header)
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await RawHttp.SendAsync(server,
            $"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{header}\r\n\r\n{{}}");

        Assert.Equal(400, RawHttp.StatusOf(answer));
    }

    [Fact]
    public async Task Generate_HugeMetadataOrMessage_IsRefusedAndTheNextAnswered()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxBodyBytes=4096");
        var client = new Inference.InferenceClient(server.Channel);
        var deadline = DateTime.UtcNow + ServerHarness.Patience;

        var metadata = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(
                client.Generate(new GenerateRequest { Text = "a" }, new Metadata { { "x-long", new string('a', 1 << 20) } }, deadline)));
        var message = await Assert.ThrowsAsync<RpcException>(() =>
            ReadAsync(client.Generate(new GenerateRequest { Text = new string('a', 5000) }, deadline: deadline)));

        Assert.NotEqual(StatusCode.OK, metadata.StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, message.StatusCode);
        await ReadAsync(client.Generate(new GenerateRequest { Text = "a", MaxTokens = 1 }, deadline: deadline));
    }

    private static async Task ReadAsync(AsyncServerStreamingCall<GenerateResponse> call)
    {
        using (call)
        {
            await call.ResponseStream.ReadAllAsync().ToListAsync();
        }
    }
}
