using System.Net.Sockets;
using System.Text;
using LoopLM.Protocol.V1;
using LoopLM.Server.Configuration;
using LoopLM.Server.Grpc;
using LoopLM.Server.TextGeneration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Tests.Allocation;

/// <summary>The allocation budget of a stream: nothing for a token, from the engine to the socket.</summary>
public sealed class AllocationTests
{
    private const int WarmTokens = 1000;
    private const int Tokens = 500;
    private const int Measurements = 4;

    /// <summary>Bytes for each token: less than the smallest object, and room for what servers do once a second.</summary>
    private const double Budget = 16;

    private const string Common = """ "max_tokens":4000,"stream":true,"exit_policy":"fixed","temperature":0""";

    [Theory]
    [InlineData("/v1/completions", $$"""{"prompt":"a",{{Common}}}""", 1)]
    [InlineData("/v1/completions",
        $$"""{"prompt":"a","n":3,"return_token_ids":true,"return_gate_probabilities":true,"stop":"xyz",{{Common}}}""", 3)]
    [InlineData("/v1/chat/completions", $$"""{"messages":[{"role":"user","content":"a"}],{{Common}}}""", 1)]
    public async Task Post_LongStream_AllocatesNothingForAToken(string path, string body, int choices)
    {
        await using var server = await StartAsync();
        using var steps = new Steps(server.Runner);
        using var socket = Connect(server.Rest.BaseAddress!);
        socket.Send(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        var events = new EventCounter(socket);
        steps.Take();
        var meter = new AllocationMeter();
        for (var measured = 0; measured <= Measurements; measured++)
        {
            Read(WarmTokens + (measured * Tokens));
            meter.Mark();
        }

        Assert.InRange(meter.Least / (double)(Tokens * choices), 0, Budget);

        void Read(int tokens)
        {
            while (events.Count < tokens * choices)
            {
                steps.Take();
                events.ReadTo(events.Count + choices);
            }
        }
    }

    [Fact]
    public async Task Generate_LongStream_AllocatesNothingForAToken()
    {
        await using var server = await StartAsync();
        using var steps = new Steps(server.Runner);
        using var cancellation = new CancellationTokenSource(ServerHarness.Patience);
        var writer = new CountingWriter(steps, WarmTokens, Tokens, Measurements, cancellation);
        var service = new InferenceService(server.Service<TextService>(), server.Service<IOptions<LimitOptions>>());
        steps.Take();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            service.Generate(new GenerateRequest { Text = "a", MaxTokens = 4000, ExitPolicy = "fixed", Temperature = 0 },
                writer, new CallContext(cancellation.Token)));

        Assert.InRange(writer.Allocated.Least / (double)Tokens, 0, Budget);
    }

    /// <summary>A socket that was never used asynchronously, for reading from others allocates.</summary>
    private static Socket Connect(Uri server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)ServerHarness.Patience.TotalMilliseconds,
        };
        socket.Connect(server.Host, server.Port);
        return socket;
    }

    private static Task<ServerHarness> StartAsync() =>
        ServerHarness.StartAsync(
            text: string.Concat(Enumerable.Repeat("A fox saw a crow. ", 250)), contextLength: 8192, settings: "--Engine:KvSlots=65536");
}
