using System.Text.Json;
using LoopLM.Models;
using LoopLM.Tools.Bench;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Bench;

public sealed class BenchCommandTests : IDisposable
{
    private const string Shape = "custom:32,48,2,4,2,8,50,4";
    private const double Bandwidth = 1e9;

    private readonly TestConsole _console = new();
    private readonly string _trace = Path.GetTempFileName();

    public void Dispose() => File.Delete(_trace);

    [Fact]
    public void Invoke_Json_IsOneObjectOfTheKnownKeys()
    {
        using var report = Measure("--weights", "int8");

        Assert.Equal(
            [
                "prefill_tokens_per_second", "decode_tokens_per_second",
                "itl_p50_ms", "itl_p95_ms", "mean_exit_step", "bound", "bound_share",
                "read_bandwidth_bytes_per_second", "weight_traffic_share", "peak_rss_bytes", "runner", "weights", "threads",
                "speculation", "speculation_speedup", "accepted_draft_share", "tick_own_us", "tick_own_off_us",
            ],
            report.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("cpu", "int8", 1), (Text("runner"), Text("weights"), report.RootElement.GetProperty("threads").GetInt32()));
        Assert.Equal(Bandwidth, Number(report, "read_bandwidth_bytes_per_second"));
        Assert.All(
            ["prefill_tokens_per_second", "decode_tokens_per_second", "itl_p50_ms", "itl_p95_ms",
                "weight_traffic_share", "peak_rss_bytes", "tick_own_us", "tick_own_off_us"],
            key => Assert.True(Number(report, key) > 0, key));

        string? Text(string key) => report.RootElement.GetProperty(key).GetString();
    }

    [Fact]
    public void Invoke_Trace_TakesTheBoundFromItsMeanExitStepAndTheCostOfTheHead()
    {
        File.WriteAllText(_trace, "4 1 2 3 4\n");

        using var report = Measure("--exit", $"trace:{_trace}");

        // Weights of the head, and of the matrices of one loop: the head costs 50 * 32 of 2 * (2 * (32 + 16) * 32 + 3 * 48 * 32).
        const double Head = 50.0 / (2 * ((2 * (32 + 16)) + (3 * 48)));
        Assert.Equal(2.5, Number(report, "mean_exit_step"), 1e-9);
        Assert.Equal((Head + 4) / (Head + 2.5), Number(report, "bound"), 1e-9);
    }

    [Fact]
    public void Invoke_FullDepth_HasABoundOfOneAndReachesIt()
    {
        using var report = Measure();

        Assert.Equal((4, 1, 1), (Number(report, "mean_exit_step"), Number(report, "bound"), Number(report, "bound_share")));
    }

    [Fact]
    public void Invoke_WithoutJson_PrintsATable()
    {
        Assert.Equal(0, Invoke("--shape", Shape, "--threads", "1", "--prompt", "4", "--generate", "5", "--rounds", "1"));

        Assert.Contains("share of the bound", _console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Either --model or --shape must be given.")]
    [InlineData("--shape is 'tiny'", "--shape", "tiny")]
    [InlineData("no-such-model", "--model", "no-such-model")]
    [InlineData("--exit is 'deep'", "--shape", Shape, "--exit", "deep")]
    [InlineData("--text needs --model", "--shape", Shape, "--text", "no-such-text")]
    [InlineData("Threads is 0", "--shape", Shape, "--threads", "0")]
    public void Invoke_BadInput_ExitsWithOneAndNamesIt(string message, params string[] options)
    {
        Assert.Equal(1, Invoke(options));

        Assert.Contains(message, _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    private static double Number(JsonDocument report, string key) => report.RootElement.GetProperty(key).GetDouble();

    private JsonDocument Measure(params string[] options)
    {
        Assert.True(
            Invoke(
                ["--shape", Shape, "--threads", "1", "--prompt", "4", "--generate", "9",
                    "--concurrency", "2", "--rounds", "1", "--json", .. options]) == 0, _console.Output);
        return JsonDocument.Parse(_console.Output);
    }

    private int Invoke(params string[] options) =>
        BenchCommand.Create(ModelRunners.BuiltIn, _console, _ => Bandwidth).Parse(["engine", .. options]).Invoke();
}
