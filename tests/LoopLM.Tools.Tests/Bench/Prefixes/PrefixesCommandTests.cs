using System.Text.Json;
using LoopLM.Models;
using LoopLM.Testing;
using LoopLM.Tools.Bench;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Bench.Prefixes;

public sealed class PrefixesCommandTests : IDisposable
{
    private readonly TestConsole _console = new();
    private readonly string _trace = Path.GetTempFileName();

    public void Dispose() => File.Delete(_trace);

    [Fact]
    public void Invoke_Json_CountsPromptTokensThatAreComputedAndCached()
    {
        // The second request has the first two of three blocks in common with the first; one token of a prompt is always computed.
        File.WriteAllText(_trace, """
            {"timestamp": 0, "input_length": 1200, "output_length": 16, "hash_ids": [0, 1, 2]}
            {"timestamp": 9, "input_length": 1300, "output_length": 16, "hash_ids": [0, 1, 3]}
            {"timestamp": 9, "input_length": 1200, "output_length": 16, "hash_ids": [0, 1, 2]}
            """);

        Assert.Equal(
            0, Invoke("--model", Path.Combine(TestData.Root, "models", "stories"),
                "--threads", "1", "--kv-slots", "8000", "--json", "--trace", _trace));

        using var reports = JsonDocument.Parse(_console.Output);
        var counts = reports.RootElement.EnumerateArray().ToDictionary(
            report => report.GetProperty("scenario").GetString()!,
            report => (report.GetProperty("prompt_tokens").GetInt32(),
                report.GetProperty("computed_tokens").GetInt32(), report.GetProperty("cached_tokens").GetInt32()));
        Assert.Equal((12240, 840, 11400), counts["20 questions, one after another"]);
        Assert.Equal((12240, 840, 11400), counts["20 questions at once"]);
        Assert.Equal((512, 512, 0), counts["n = 1, 512 tokens"]);
        Assert.Equal((4096, 519, 3577), counts["n = 8, 512 tokens"]);

        // All but the last token of each text: nothing came after it.
        Assert.Equal((4000, 400 + 9, 4000 - 409), counts["conversation of ten turns"]);
        Assert.Equal((600 + 650 + 600, 600 + (650 - 512) + 1, 512 + 599), counts["trace of 3 requests, lengths divided by 2"]);
    }

    [Theory]
    [InlineData("--model must be given.")]
    [InlineData("no-such-model", "--model", "no-such-model")]
    [InlineData("must be a JSON object with input_length, output_length and hash_ids", "--model", "models/stories", "--trace", "README.md")]
    public void Invoke_BadInput_ExitsWithOneAndNamesIt(string message, params string[] options)
    {
        Assert.Equal(
            1, Invoke(
                [.. options.Select(option =>
                    option.Contains('.') || option.Contains('/') ? Path.Combine(TestData.Root, option) : option)]));

        Assert.Contains(message, _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    private int Invoke(params string[] options)
    {
        _console.Profile.Width = 2000;
        return BenchCommand.Create(ModelRunners.BuiltIn, _console, _ => 1e9).Parse(["prefixes", .. options]).Invoke();
    }
}
