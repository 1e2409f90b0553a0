using System.Diagnostics;
using System.Text.Json;

namespace LoopLM.Server.Tests.Samples;

/// <summary>The programs in <c>samples</c>, each in a process of its own as a user starts it.</summary>
public sealed class SampleTests
{
    private static readonly string s_stories = Path.Combine(TestData.Root, "models", "stories");

    /// <summary>Configuration and framework of this build, such as <c>Debug/net10.0</c>.</summary>
    private static readonly string s_build =
        Path.GetRelativePath(Path.Combine(TestData.Root, "tests", "LoopLM.Server.Tests", "bin"), AppContext.BaseDirectory);

    [Fact]
    public async Task EmbeddedEngine_StoriesModel_ContinuesThePrompt()
    {
        var output = await RunAsync("EmbeddedEngine", [s_stories, "Once upon a time"]);

        Assert.StartsWith(", and the old woman was very sad.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExitPolicy_StateThatStandsStill_LeavesEarlierThanByTheGateAlone()
    {
        var lines = (await RunAsync("ExitPolicy", [s_stories, "Once upon a time"])).Split('\n');

        Assert.StartsWith("q-exit: ,@4 and@3 the@2 old@3", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("settled: ,@4 and@2 the@2 old@2", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrpcClient_Server_PrintsExitStepAndTextOfEveryToken()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hi");

        var output = await RunAsync("GrpcClient", [$"http://{server.Channel.Target}", "Once"]);

        Assert.Matches(@"^loop 4 \[.*\] H\nloop \d \[.*\] i\nloop \d \[.*\] \nend: Stop\n$", output);
    }

    [Fact]
    public async Task GrpcClient_PromptBeyondTheContext_SaysWhyAndEndsWithOne()
    {
        await using var server = await ServerHarness.StartAsync(contextLength: 8);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunAsync("GrpcClient", [$"http://{server.Channel.Target}", "Once upon a time"]));

        Assert.Matches("^1: .*context", exception.Message);
    }

    [Fact]
    public async Task ChatClient_TwoMessages_PrintsTwoAnswers()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.", contextLength: 512);

        var output = await RunAsync("ChatClient", [new Uri(server.Rest.BaseAddress!, "v1").ToString(), server.ModelName], "Hi\nAgain\n\n");

        Assert.Equal("Hello.\nHello.\n", output);
    }

    [Fact]
    public async Task RenderTemplate_Chat_PrintsThePrompt()
    {
        var folder = Path.Combine(TestData.Root, "samples", "RenderTemplate");

        var output = await RunAsync("RenderTemplate", [Path.Combine(folder, "chat.jinja"), Path.Combine(folder, "chat.json")]);

        Assert.Equal("<|system|>Answer briefly.\n<|user|>Who has the lantern?\n<|assistant|>", output);
    }

    [Fact]
    public async Task ConstrainedText_Schema_PrintsAValidDocument()
    {
        var output = await RunAsync("ConstrainedText", [Path.Combine(TestData.Root, "samples", "ConstrainedText", "schema.json"), "1"]);

        using var json = JsonDocument.Parse(output);
        Assert.Contains(json.RootElement.GetProperty("animal").GetString(), (string?[])["fox", "owl", "hare"]);
        Assert.InRange(json.RootElement.GetProperty("age").GetInt32(), 1, 12);
    }

    /// <summary>What a sample writes to standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has the code and the errors.</exception>
    private static async Task<string> RunAsync(string sample, string[] arguments, string input = "")
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var program = Path.Combine(TestData.Root, "samples", sample, "bin", s_build, $"LoopLM.Samples.{sample}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? (await output).ReplaceLineEndings("\n")
                : throw new InvalidOperationException($"{process.ExitCode}: {await errors}");
        }
        finally
        {
            process.Kill();
        }
    }
}
