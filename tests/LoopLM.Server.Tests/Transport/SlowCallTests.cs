using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Tests.Transport;

/// <summary>What slow clients of gRPC hold.</summary>
public sealed class SlowCallTests
{
    private const int Budget = 1 << 20;

    private static readonly string[] s_impatient =
    [
        $"--Limits:MaxAnswerMemory={Budget}", $"--Limits:MaxBodyMemory={Budget}", "--Limits:DataRateGracePeriod=00:00:02",
        "--Limits:AnswerGracePeriod=00:00:02",
    ];

    [Fact]
    public async Task Generate_MessagesThatStop_HoldNoMoreThanTheBudgetAndAreRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_impatient);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Channel.Target}"), Timeout = ServerHarness.Patience };
        var limits = server.Service<TransferLimits>();

        // The first two fit. What comes beside them finds no room.
        var first = Enumerable.Range(0, 2).Select(_ => SendAsync(client)).ToList();
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (limits.Bodies.Used < 2 * (Stopping.Sent - HeldBytes.FreeShare))
        {
            await Task.Delay(5, patience.Token);
        }

        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(client)));

        Assert.Contains($"{(int)StatusCode.Unavailable}", others);
        Assert.All(await Task.WhenAll(first), status => Assert.Equal($"{(int)StatusCode.DeadlineExceeded}", status));
        Assert.True(SpinWait.SpinUntil(() => limits.Bodies.Used == 0, ServerHarness.Patience));
    }

    [Fact]
    public async Task Generate_NobodyReads_IsBrokenOffAndFreesTheEngine()
    {
        await using var server = await ServerHarness.StartAsync(
            text: string.Concat(Enumerable.Repeat("A fox saw a crow. ", 900)),
            contextLength: 32768, settings: [.. s_impatient, "--Engine:KvSlots=600000"]);
        using var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = "a", MaxTokens = 16000, Temperature = 0 }, deadline: DateTime.UtcNow + ServerHarness.Patience);
        await call.ResponseStream.MoveNext();

        await server.UntilNoPostIsServedAsync();
        await server.DrainAsync();

        Assert.Equal(0, server.Service<TransferLimits>().Answers.Used);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.ReadAllAsync().ToListAsync().AsTask());
    }

    [Fact]
    public async Task Generate_ClientCancels_LogsNoError()
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                ["--Serilog:MinimumLevel:Default=Warning", "--Serilog:MinimumLevel:Override:Grpc=Warning",
                    "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}"]))
            {
                using var hold = new Hold(server.Runner, position: 2);
                using var call = new Inference.InferenceClient(server.Channel).Generate(new GenerateRequest { Text = "a", MaxTokens = 9 });
                await call.ResponseStream.MoveNext();
                hold.WaitUntilHeld();

                call.Dispose();
                await server.UntilNoPostIsServedAsync();
                hold.LetGo();
            }

            Assert.Equal("", File.Exists(file) ? await File.ReadAllTextAsync(file) : "");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Sends the most of a message and waits; gives the status that ends the call.</summary>
    private static async Task<string> SendAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/looplm.v1.Inference/Generate")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Stopping(),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await response.Content.ReadAsByteArrayAsync();
        return response.Headers.Concat(response.TrailingHeaders).Single(header => header.Key == "grpc-status").Value.Single();
    }

    private sealed class Stopping : HttpContent
    {
        public const int Sent = 400_000;

        private const int Announced = 500_000;

        public Stopping() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var message = new byte[5 + Sent];
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), Announced);
            await stream.WriteAsync(message);
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite, new CancellationTokenSource(ServerHarness.Patience).Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
