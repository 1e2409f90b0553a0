using System.Net;
using System.Runtime.InteropServices;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Server.Tests.Models;

/// <summary>What becomes of a server whose models' files are changed.</summary>
public sealed class ModelFilesWatchTests
{
    private static readonly string s_weights = Path.Combine(ServerHarness.BundledFolder, "model.safetensors");

    /// <summary>Reading past the new end of a mapped file raises a signal that ends a process.</summary>
    [Fact]
    public async Task Process_WeightsCutShortWhileTheyAreUsed_FailsTheirModelAndServesTheOther()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "the handler is machine code");
        using var cut = new AlteredModel().Write("model.safetensors", File.ReadAllBytes(s_weights));
        using var server = await ServerProcess.StartAsync(
            $"--Models:0:Path={cut.Folder}", "--Models:0:Name=cut",
            $"--Models:1:Path={ServerHarness.BundledFolder}", "--Models:1:Name=whole", "--Model:Threads=2");
        await server.UntilReadyAsync();
        var running = server.Rest.PostAsync(
            "/v1/completions", ServerHarness.Json(
                """{"model":"cut","prompt":"Once","max_tokens":2000,"n":64,"ignore_eos":true,"exit_threshold":1}"""));
        await Task.WhenAny(
            running, server.Rest.PostAsync("/v1/completions", ServerHarness.Json("""{"model":"cut","prompt":"a","max_tokens":1}""")));

        Overwrite(cut["model.safetensors"], file => RandomAccess.SetLength(file, 4096));

        using var failed = await running;
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        using var other = await server.Rest.PostAsync(
            "/v1/completions", ServerHarness.Json("""{"model":"whole","prompt":"a","max_tokens":4}"""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var health = await server.Rest.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        await server.UntilLoggedAsync($"{cut["model.safetensors"]} was c");
        server.Send("TERM");
        Assert.Equal(1, await server.ExitAsync());
    }

    [Fact]
    public async Task Weights_OverwrittenInPlace_TurnTheModelUnhealthy()
    {
        using var model = new AlteredModel().Write("model.safetensors", File.ReadAllBytes(s_weights));
        await using var server = await ServerHarness.StartAsync(settings: model.Setting);

        Overwrite(model["model.safetensors"], file => RandomAccess.Write(file, [1], RandomAccess.GetLength(file) - 1));

        await UntilAsync(() => server.Engine.Snapshot.Health == EngineHealth.Unhealthy);
        Assert.StartsWith($"{model["model.safetensors"]} was changed in place: it was written to at ",
            server.Engine.Snapshot.Fault, StringComparison.Ordinal);
        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a"}"""));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "engine_unhealthy"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("model.safetensors", "was replaced by another file.")]
    [InlineData("tokenizer.json", "was replaced by another file.")]
    [InlineData("config.json", "was replaced by another file.")]
    [InlineData("generation_config.json", "is there now, and was not at start.")]
    public async Task File_RenamedOverAnotherOrNone_IsLoggedOnceAndTheModelGoesOn(string file, string happened)
    {
        using var model = new AlteredModel();
        using var server = await ServerProcess.StartAsync(model.Setting);
        await server.UntilReadyAsync();

        File.WriteAllText(model["new"], "{}");
        File.Move(model["new"], model[file], overwrite: true);

        await server.UntilLoggedAsync($"{model[file]} {happened}");
        using var answer = await server.Rest.PostAsync("/v1/completions", ServerHarness.Json("""{"prompt":"a","max_tokens":4}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        server.Send("TERM");
        Assert.Equal(0, await server.ExitAsync());
        Assert.Single(server.Output, line => line.Contains(model[file], StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_ReadAtStartAndThenWrittenToInPlace_IsLoggedAsThatAndTheModelGoesOn()
    {
        using var model = new AlteredModel();
        using var server = await ServerProcess.StartAsync(model.Setting);
        await server.UntilReadyAsync();

        Overwrite(model["config.json"], file => RandomAccess.Write(file, " "u8, RandomAccess.GetLength(file)));

        await server.UntilLoggedAsync($"{model["config.json"]} was changed in place: it had ");
        using var answer = await server.Rest.PostAsync("/v1/completions", ServerHarness.Json("""{"prompt":"a","max_tokens":4}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>As programs do that respect no lock.</summary>
    private static void Overwrite(string path, Action<Microsoft.Win32.SafeHandles.SafeFileHandle> change)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        change(file);
    }

    private static async Task UntilAsync(Func<bool> isDone)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!isDone())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
