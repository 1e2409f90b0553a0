using System.CommandLine;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Bench;

/// <summary>The options that all benchmarks have.</summary>
/// <param name="runners">Names of what can compute, the default first.</param>
internal sealed class BenchOptions(IEnumerable<string> runners)
{
    private readonly Option<string> _weights = Choice("--weights", "How matrices are held.", "auto", "float32", "bfloat16", "int8", "int4");
    private readonly Option<string> _kv = Choice("--kv", "How keys and values are held.", "auto", "float32", "bfloat16");
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads that compute; default: one for each processor." };
    private readonly Option<int> _rounds =
        new("--rounds") { Description = "How often to measure; the median counts.", DefaultValueFactory = _ => 3 };

    public Option<string?> Model { get; } = new("--model") { Description = "Folder of a checkpoint." };

    public Option<string> Runner { get; } = Choice("--runner", "What computes.", [.. runners]);

    public Option<int> Concurrency { get; } = new("--concurrency") { Description = "Requests at once.", DefaultValueFactory = _ => 1 };

    public Option<int> Prompt { get; } = new("--prompt") { Description = "Prompt tokens of each request.", DefaultValueFactory = _ => 64 };

    public Option<int> Generate { get; } =
        new("--generate") { Description = "Tokens that each request generates.", DefaultValueFactory = _ => 256 };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object." };

    /// <summary>An option that takes one of some words, the first by default.</summary>
    public static Option<string> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    /// <summary>Adds them all to a command.</summary>
    public void AddTo(Command command)
    {
        AddModelTo(command);
        foreach (var option in (Option[])[Concurrency, Prompt, Generate, _rounds])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Adds to a command those that say what computes, and how the result is printed.</summary>
    public void AddModelTo(Command command)
    {
        foreach (var option in (Option[])[Model, Runner, _weights, _kv, _threads, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What they ask of a runner.</summary>
    public RunnerSettings Settings(ParseResult result) => new()
    {
        Weights = result.GetRequiredValue(_weights),
        Kv = result.GetRequiredValue(_kv),
        Threads = result.GetValue(_threads),
    };

    /// <summary>How often to measure, at least once.</summary>
    public int Rounds(ParseResult result) => Math.Max(1, result.GetValue(_rounds));
}
