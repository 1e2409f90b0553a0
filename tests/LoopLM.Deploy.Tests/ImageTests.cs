using System.Text.RegularExpressions;

namespace LoopLM.Deploy.Tests;

/// <summary>The server as its image runs it: as another user, on a root that it cannot write to.</summary>
public sealed partial class ImageTests
{
    /// <summary>The user of .NET's images.</summary>
    private const string User = "1654";

    [Fact]
    public async Task Server_AsAnotherUserOnAReadOnlyRoot_ServesAndTellsItsHealth()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "only root of Linux may make a root read-only and become another user");
        var (ports, program) = ($"--port={FreePort.Next()}", Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"));
        var grpc = $"--grpc-port={FreePort.Next()}";

        // A root of its own for the process, bound to the real one, that cannot be written to.
        const string readOnly = "mount --bind / / && mount --options remount,bind,ro / && cd / "
            + "&& exec setpriv --reuid \"$0\" --regid \"$0\" --clear-groups \"$@\"";
        using var server = ExternalProgram.Start(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", readOnly, User, "dotnet", program, ports, grpc,
            $"--Model:Path={Path.Combine(AppContext.BaseDirectory, "models", "looplm-bytes")}");
        try
        {
            if (!await ReadUntilAsync(server.StandardOutput, "loaded by runner"))
            {
                Assert.Fail(await server.StandardError.ReadToEndAsync().WaitAsync(ServerHarness.Patience));
            }

            var (healthy, output) = await ExternalProgram.RunAsync("dotnet", "", program, "--health", ports);

            Assert.True(healthy == 0, output);
            var status = await File.ReadAllLinesAsync($"/proc/{server.Id}/status");
            Assert.Equal(User, status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task Health_NoServer_FailsAndSaysWhere()
    {
        var port = FreePort.Next();

        var (exitCode, output) = await ExternalProgram.RunAsync(
            "dotnet", "", Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"), "--health", $"--port={port}");

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"No server answers at http://localhost:{port}/health/ready: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Dockerfile_EveryBase_IsPinned()
    {
        var (file, sdk) = (Path.Combine(TestData.Root, "Dockerfile"), Path.Combine(TestData.Root, "global.json"));

        var bases = Base().Matches(File.ReadAllText(file)).Select(each => each.Groups["tag"].Value).ToList();

        Assert.Equal(2, bases.Count);
        Assert.All(bases, tag => Assert.Matches(@"^\d+\.\d+\.\d+-\w+$", tag));
        Assert.Contains($"\"{bases[0].Split('-')[0]}\"", File.ReadAllText(sdk), StringComparison.Ordinal);
    }

    private static async Task<bool> ReadUntilAsync(StreamReader output, string text)
    {
        while (await output.ReadLineAsync().WaitAsync(ServerHarness.Patience) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^FROM [\w./-]+:(?<tag>\S+)", RegexOptions.Multiline)]
    private static partial Regex Base();
}
