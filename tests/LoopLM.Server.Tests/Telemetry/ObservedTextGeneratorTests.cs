using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Access;
using LoopLM.Server.Telemetry;
using LoopLM.Server.TextGeneration;
using Serilog;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary>What the log receives of a request, whatever the protocol it came by.</summary>
public sealed class ObservedTextGeneratorTests
{
    [Theory]
    [InlineData("/v1/completions", """{"prompt":"abc","max_tokens":2}""", 3, 2)]
    [InlineData("/v1/completions", """{"prompt":"abc","max_tokens":2,"stream":true}""", 3, 2)]
    [InlineData("/v1/responses", """{"input":"abc","max_output_tokens":2}""", null, 2)]
    [InlineData("/v1/loop/compare", """{"prompt":"abc","max_tokens":2,"settings":[{"max_loops":1},{"max_loops":2}]}""", 6, 4)]
    [InlineData("grpc", "abc", 3, 2)]
    public async Task Log_EveryProtocol_SaysWhatWasGenerated(string path, string body, int? promptTokens, int completionTokens)
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                ["--Serilog:MinimumLevel:Default=Information", "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}",
                    "--Serilog:WriteTo:0:Args:outputTemplate={Message} {Properties}{NewLine}"]))
            {
                if (path == "grpc")
                {
                    using var call = new Inference.InferenceClient(server.Channel).Generate(
                        new GenerateRequest { Text = body, MaxTokens = 2 }, deadline: DateTime.UtcNow + ServerHarness.Patience);
                    await call.ResponseStream.ReadAllAsync().ToListAsync();
                }
                else
                {
                    using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
                    response.EnsureSuccessStatusCode();
                }

                await server.UntilNoPostIsServedAsync();
            }

            var line = Assert.Single(await File.ReadAllLinesAsync(file), each =>
                each.StartsWith("HTTP \"POST\"", StringComparison.Ordinal));
            Assert.Contains($"PromptTokens: {promptTokens}", line, StringComparison.Ordinal);
            Assert.Contains($"CompletionTokens: {completionTokens}", line, StringComparison.Ordinal);
            Assert.Contains("MeanExitStep: ", line, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Start_ReaderLeavesBeforeTheEnd_IsLogged()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner, position: 1);
        var log = new LogLines<ObservedTextGenerator>();
        var choices = await StartAsync(server, log);
        hold.WaitUntilHeld();

        choices.Dispose();
        hold.LetGo();

        Assert.Equal("The client went away after 0 tokens", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task Start_ReaderReadsToTheEnd_LogsNobodyWhoLeft()
    {
        await using var server = await ServerHarness.StartAsync();
        var log = new LogLines<ObservedTextGenerator>();
        using (var choices = await StartAsync(server, log))
        {
            await choices.ReadToEndAsync(CancellationToken.None).WaitAsync(ServerHarness.Patience);
        }

        Assert.Empty(log.Lines);
    }

    private static async Task<TextChoices> StartAsync(ServerHarness server, LogLines<ObservedTextGenerator> log)
    {
        var request = new TextRequest { Prompts = [new TextPrompt("a", default)], MaxTokens = 4 };
        var encoded = await server.Service<TextEncoder>()
            .EncodeAsync(server.Models.Default, [request], Caller.Local, CancellationToken.None);
        Assert.True(encoded.TryGet(out var text, out var error), error?.Message.ToString());
        var observed = new ObservedTextGenerator(
            new TextGenerator(), server.Service<GenAiMetrics>(), server.Service<IDiagnosticContext>(), server.Service<TimeProvider>(), log);
        Assert.True(observed.Start(text, Caller.Local).TryGet(out var started, out error), error?.Message.ToString());
        return Assert.Single(started);
    }
}
