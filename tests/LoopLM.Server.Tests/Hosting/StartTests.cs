using System.Diagnostics;
using LoopLM.Server.Hosting;
using LoopLM.Server.Tests.OpenAi.Chat;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>What keeps a server from starting is told in full.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Start_SeveralSettingsWrong_ListsEveryOne()
    {
        var reasons = await ReasonsAsync(
            "--Model:Runner=abacus", "--Model:Device=tpu", "--Model:Weights=int1", "--Kv:Type=int8", "--Model:Path=no/such/folder", "--Engine:MaxSequences=0", "--Engine:KvSlots=0",
            "--Engine:Exit:Policy=never", "--Engine:Exit:MaxLoops=99", "--Limits:MaxBodyBytes=1", "--Limits:DrainTimeout=-00:00:01");

        var all = string.Join('\n', reasons);
        Assert.All(
            ["abacus", "Device", "Weights", "Kv:Type", "no/such/folder", "MaxSequences", "KvSlots", "never", "Exit:MaxLoops", "MaxBodyBytes", "DrainTimeout"],
            named => Assert.Contains(named, all, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_SettingThatIsNoNumber_NamesIt() =>
        Assert.Contains("MaxRows", string.Join('\n', await ReasonsAsync("--Engine:MaxRows=many")), StringComparison.Ordinal);

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

            Assert.Contains("model.safetensors", string.Join('\n', await ReasonsAsync($"--Model:Path={folder.FullName}")), StringComparison.Ordinal);
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
        Assert.Equal(
            ["The checkpoint's chat template, the default, cannot be used: line 2, column 16: Found '%}'; expected 'in'."],
            await ReasonsAsync(model.Setting));
    }

    [Fact]
    public async Task RunAsync_ModelCannotBeLoaded_ReturnsOne()
    {
        var runners = new Runners(("none", (_, _, _) => throw new NotSupportedException()));

        Assert.Equal(1, await ServerApplication.RunAsync(ServerHarness.Arguments(), runners).WaitAsync(ServerHarness.Patience));
    }

    [Fact]
    public async Task Process_ToldToTerminate_DrainsAndExitsWithZero()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends SIGTERM");
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"), .. ServerHarness.Arguments("--Serilog:MinimumLevel:Default=Information")];
        using var server = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        try
        {
            while (await server.StandardOutput.ReadLineAsync().WaitAsync(ServerHarness.Patience) is { } line && !line.Contains("Model loaded", StringComparison.Ordinal))
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
        var runners = new Runners(("none", (_, _, _) => throw new NotSupportedException()));
        var exception = await Record.ExceptionAsync(async () =>
        {
            await using var app = ServerApplication.Build(ServerHarness.Arguments(settings), runners);
            await app.StartAsync();
        });
        Assert.NotNull(exception);
        return ServerApplication.Reasons(exception);
    }
}
