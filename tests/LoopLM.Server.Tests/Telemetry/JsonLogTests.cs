using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary>Logs as lines of JSON.</summary>
public sealed class JsonLogTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Log_OfARequest_IsOneObjectThatSaysAllOfIt(bool isGrpc)
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        var trace = ActivityTraceId.CreateRandom();
        var parent = $"00-{trace}-00f067aa0ba902b7-01";
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                ["--Logs:Format=Json", "--Serilog:MinimumLevel:Default=Information",
                    "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}",
                    "--Serilog:WriteTo:0:Args:outputTemplate={Message}"]))
            {
                if (isGrpc)
                {
                    using var call = new Inference.InferenceClient(server.Channel).Generate(
                        new GenerateRequest { Text = "abc", MaxTokens = 4, ExitThreshold = 0.6f },
                        new Metadata { { "traceparent", parent } }, DateTime.UtcNow + ServerHarness.Patience);
                    await call.ResponseStream.ReadAllAsync().ToListAsync();
                }
                else
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
                    {
                        Content = ServerHarness.Json("""{"prompt":"abc","max_tokens":4,"exit_threshold":0.6}"""),
                        Headers = { { "traceparent", parent } },
                    };
                    using var response = await server.Rest.SendAsync(request);
                }

                await server.UntilNoPostIsServedAsync();
            }

            var line = Assert.Single(
                (await File.ReadAllLinesAsync(file)).Select(text => JsonElement.Parse(text)),
                each => each.TryGetProperty("CompletionTokens", out _));
            Assert.Equal(
                ($"{trace}", 3, 4, 2.5, "length", "looplm-bytes", "anonymous"),
                (line.GetProperty("@tr").GetString(), line.GetProperty("PromptTokens")
                    .GetInt32(), line.GetProperty("CompletionTokens").GetInt32(),
                    line.GetProperty("MeanExitStep").GetDouble(),
                    line.GetProperty("Finish").GetString(), line.GetProperty("Model").GetString(),
                    line.GetProperty("Client").GetString()));
            Assert.True(line.GetProperty("QueueSeconds").GetDouble() >= 0 && line.GetProperty("GenerationSeconds").GetDouble() > 0);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
