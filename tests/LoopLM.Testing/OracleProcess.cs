using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace LoopLM.Testing;

/// <summary>
/// A program that answers one JSON line per JSON line, started by the first request. A test that asks it is skipped where it cannot run.
/// </summary>
/// <param name="folder">Where it runs.</param>
/// <param name="command">The program.</param>
/// <param name="arguments">Its arguments.</param>
public sealed class OracleProcess(string folder, string command, params IReadOnlyList<string> arguments) : IDisposable
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromMinutes(2);

    private Process? _process;

    /// <summary>A script under Node; its packages must have been installed by <c>npm ci</c>.</summary>
    /// <param name="script">The file in the folder.</param>
    /// <param name="path">The folder, under <c>tests</c>.</param>
    public static OracleProcess Node(string script, params ReadOnlySpan<string> path) =>
        new(Path.Combine([TestData.Root, "tests", .. path]), "node", script);

    /// <summary>The answer to a request.</summary>
    public async Task<T> AskAsync<T>(JsonNode request)
    {
        _process ??= Start();
        await _process.StandardInput.WriteLineAsync(request.ToJsonString()).WaitAsync(s_answerTimeout);
        await _process.StandardInput.FlushAsync().WaitAsync(s_answerTimeout);
        var answer = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_answerTimeout);
        Assert.True(answer is not null, "The oracle ended; what it wrote to the error stream is above");
        return JsonSerializer.Deserialize<T>(answer!)!;
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
    }

    private Process Start()
    {
        Assert.SkipUnless(command != "node" || Directory.Exists(Path.Combine(folder, "node_modules")), $"npm ci has not run in {folder}");
        try
        {
            return Process.Start(new ProcessStartInfo(command, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{command} is not installed");
            throw;
        }
    }
}
