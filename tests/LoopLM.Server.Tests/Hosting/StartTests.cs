using System.Diagnostics;
using LoopLM.Models;
using LoopLM.Server.Hosting;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>What keeps a server from starting is reported in full.</summary>
public sealed class StartTests
{
    private const string AnyHash = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Fact]
    public async Task Start_SeveralSettingsWrong_ListsEveryOne()
    {
        var reasons = await ReasonsAsync(
            "--Model:Runner=abacus", "--Model:Device=tpu", "--Model:Weights=int1", "--Kv:Type=int8",
            "--Model:Path=no/such/folder", "--Engine:MaxSequences=0", "--Engine:KvSlots=0",
            "--Engine:Exit:Policy=never", "--Engine:Exit:MaxLoops=99", "--Limits:MaxBodyBytes=1", "--Limits:DrainTimeout=-00:00:01");

        var all = string.Join('\n', reasons);
        Assert.All(
            ["abacus", "Device", "Weights", "Kv:Type", "no/such/folder", "MaxSequences",
                "KvSlots", "never", "Exit:MaxLoops", "MaxBodyBytes", "DrainTimeout"],
            named => Assert.Contains(named, all, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_SettingThatIsNoNumber_NamesIt() =>
        Assert.Contains("MaxRows", string.Join('\n', await ReasonsAsync("--Engine:MaxRows=many")), StringComparison.Ordinal);

    [Theory]
    [InlineData("--Models:2:Name=beta", "'beta'")]
    [InlineData("--Models:2:Aliases:0=alpha", "'alpha'")]
    [InlineData("--Models:0:Aliases:0=alpha", "'alpha'")]
    [InlineData("--Models:1:Aliases:0=", "Models:1:Aliases")]
    [InlineData("--Models:1:Path=no/such/folder", "Models:1:Path")]
    [InlineData("--Models:1:Sampling:TopP=2", "Models:1:Sampling")]
    [InlineData("--Models:1:GenerationConfig=vllm", "GenerationConfig must be auto or none")]
    [InlineData("--Models:1:Weights=int1", "Models:1:Weights")]
    [InlineData("--Models:1:Engine:MaxRows=1", "Models:1:Engine:MaxRows")]
    [InlineData("--Model:Name=other", "use only one of them")]
    public async Task Start_SeveralModelsWrong_SaysWhich(string setting, string named)
    {
        string[] models = [.. ServerHarness.SeveralModels("alpha", "beta", "gamma"), setting];

        Assert.Contains(named, Assert.Single(await ReasonsAsync(models)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sha256", "--Auth:Keys:0:Sha256=00", "--Auth:Keys:0:Name=a")]
    [InlineData("Name", "--Auth:Keys:0:Sha256=" + AnyHash)]
    [InlineData("the same Sha256", "--Auth:Keys:0:Name=a", "--Auth:Keys:0:Sha256=" + AnyHash,
        "--Auth:Keys:1:Name=b", "--Auth:Keys:1:Sha256=" + AnyHash)]
    [InlineData("Weight", "--Auth:Keys:0:Weight=0", "--Auth:Keys:0:Name=a", "--Auth:Keys:0:Sha256=" + AnyHash)]
    [InlineData("RequestsPerMinute", "--RateLimits:RequestsPerMinute=0")]
    [InlineData("not an origin", "--Cors:Origins:0=*")]
    [InlineData("not an origin", "--Cors:Origins:0=https://example.org/")]
    [InlineData("MaxQueueTime", "--Engine:MaxQueueTime=00:00:00")]
    public async Task Start_AccessSettingWrong_SaysWhich(string named, params string[] settings) =>
        Assert.Contains(named, Assert.Single(await ReasonsAsync(settings)), StringComparison.Ordinal);

    [Fact]
    public async Task Start_ContextLongerThanTheCheckpointAllows_SaysBoth() =>
        Assert.Matches("context length is set to 2049; .* max_position_embeddings, which is 2048",
            Assert.Single(await ReasonsAsync("--Model:ContextLength=2049")));

    [Fact]
    public async Task Start_CheckpointCutShort_NamesTheFile()
    {
        var folder = Directory.CreateTempSubdirectory("looplm-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "models", "looplm-bytes")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            using (var weights = File.OpenWrite(Path.Combine(folder.FullName, "model.safetensors")))
            {
                weights.SetLength(weights.Length / 2);
            }

            Assert.Contains(
                "model.safetensors", string.Join('\n', await ReasonsAsync($"--Model:Path={folder.FullName}")), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Start_ChatTemplateMalformed_SaysWhereItIs()
    {
        using var model = new TemplatedModel("a\n{% for message %}");
        Assert.EndsWith(
            "tokenizer_config.json, chat_template, line 2, column 16: Found '%}'; expected 'in'. "
            + "Correct the template, or take a revision of the checkpoint whose template can be used.",
            Assert.Single(await ReasonsAsync(model.Setting)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_SeveralModelsBroken_PrintsALineForEachProblemAndNothingElse()
    {
        using var first = new AlteredModel().Write("model.safetensors", AlteredModel.LfsPointer)
            .Write("tokenizer.json", AlteredModel.HtmlPage);
        using var second = new AlteredModel().Write("chat_template.jinja", "{% if %}");
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"),
            .. ServerHarness.Arguments(
                $"--Models:0:Path={first.Folder}", "--Models:0:Name=first", $"--Models:1:Path={second.Folder}", "--Models:1:Name=second"),
            "--Serilog:MinimumLevel:Default=Information",
        ];
        using var server = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var output = server.StandardOutput.ReadToEndAsync();
            var errors = await server.StandardError.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
            await server.WaitForExitAsync().WaitAsync(ServerHarness.Patience);

            Assert.Equal(1, server.ExitCode);
            Assert.DoesNotContain("   at ", await output.WaitAsync(ServerHarness.Patience), StringComparison.Ordinal);
            var lines = errors.TrimEnd().Split('\n');
            Assert.Equal("The server cannot start:", lines[0]);
            Assert.Collection(
                lines[1..],
                line => Assert.StartsWith(
                    $"- Model 'first': {first.Folder}: model.safetensors: it is a Git LFS pointer", line, StringComparison.Ordinal),
                line => Assert.StartsWith(
                    $"- Model 'first': {first["tokenizer.json"]}: it is an HTML or XML page", line, StringComparison.Ordinal),
                line => Assert.StartsWith(
                    $"- Model 'second': {second.Folder}: chat_template.jinja, line 1, column 7", line, StringComparison.Ordinal));
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task RunAsync_ModelCannotBeLoaded_ReturnsOne()
    {
        var runners = new ModelRunners(("none", (_, _) => new TestRunnerFactory(_ => throw new NotSupportedException())));

        Assert.Equal(1, await ServerApplication.RunAsync(ServerHarness.Arguments(), runners).WaitAsync(ServerHarness.Patience));
    }

    [Fact]
    public async Task Process_FewFileDescriptors_SaysHowManyItNeeds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sets a limit with bash");
        var program = Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll");
        using var server = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"ulimit -n 400; exec dotnet {program}"]) { RedirectStandardError = true })!;
        try
        {
            var errors = await server.StandardError.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
            await server.WaitForExitAsync().WaitAsync(ServerHarness.Patience);

            Assert.Equal(1, server.ExitCode);
            Assert.Matches(
                "^The server cannot start:\n- The process may have 400 files and sockets open, and needs 512[.] .*ulimit -n[^\n]*\n$",
                errors);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task Process_ToldToTerminate_DrainsAndExitsWithZero()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends SIGTERM");
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"),
            .. ServerHarness.Arguments("--Serilog:MinimumLevel:Default=Information")];
        using var server = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        try
        {
            while (await server.StandardOutput.ReadLineAsync().WaitAsync(ServerHarness.Patience) is { } line
                && !line.Contains("Application started", StringComparison.Ordinal))
            {
            }

            using var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
            await server.StandardOutput.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
            await server.WaitForExitAsync().WaitAsync(ServerHarness.Patience);
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<IReadOnlyList<string>> ReasonsAsync(params string[] settings)
    {
        var runners = new ModelRunners(("none", (_, _) => new TestRunnerFactory(_ => throw new NotSupportedException())));
        var exception = await Record.ExceptionAsync(async () =>
        {
            await using var app = ServerApplication.Build(ServerHarness.Arguments(settings), runners);
            await app.StartAsync();
        });
        Assert.NotNull(exception);
        return ServerApplication.Reasons(exception);
    }
}
