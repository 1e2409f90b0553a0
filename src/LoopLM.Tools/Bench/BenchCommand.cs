using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;
using LoopLM.Text.Tokenization;
using Spectre.Console;

namespace LoopLM.Tools.Bench;

/// <summary><c>looplm bench engine</c>: throughput of the engine on a model, against the bound that its exits allow.</summary>
internal static class BenchCommand
{
    private const int Rounds = 3;

    public static Command Create(IReadOnlyDictionary<string, RunnerOpener> runners, IAnsiConsole console)
    {
        var model = new Option<string>("--model") { Description = "Folder of a checkpoint.", Required = true };
        var runner = new Option<string>("--runner") { Description = "What computes.", DefaultValueFactory = _ => runners.Keys.First() };
        runner.AcceptOnlyFromAmong([.. runners.Keys]);
        var concurrency = new Option<int>("--concurrency") { Description = "Requests at once.", DefaultValueFactory = _ => 1 };
        var prompt = new Option<int>("--prompt") { Description = "Prompt tokens of each request.", DefaultValueFactory = _ => 64 };
        var generate = new Option<int>("--generate") { Description = "Tokens that each request generates.", DefaultValueFactory = _ => 256 };
        var exit = new Option<string>("--exit") { Description = "fixed:K, q:THRESHOLD or trace:FILE (one list of exit steps a line).", DefaultValueFactory = _ => "q:1" };
        var refill = new Option<string>("--refill") { Description = "Whether rows start while others are in flight: on or off.", DefaultValueFactory = _ => "on" };
        refill.AcceptOnlyFromAmong("on", "off");
        var text = new Option<string?>("--text") { Description = "File to cut the prompts from; default: random token ids." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var engine = new Command("engine", "Measure the engine without HTTP, against full depth in the same run.")
        {
            model, runner, concurrency, prompt, generate, exit, refill, text, json,
        };
        engine.SetAction(result =>
        {
            try
            {
                using var checkpoint = Checkpoint.Open(result.GetRequiredValue(model));
                var prompts = CreatePrompts(checkpoint, result.GetValue(text), result.GetValue(concurrency), result.GetValue(prompt));
                var workload = new BenchWorkload(prompts, result.GetValue(generate), result.GetValue(refill) == "on");
                var open = runners[result.GetRequiredValue(runner)];
                Print(Measure(checkpoint, workload, result.GetRequiredValue(exit), capacity => open(checkpoint, capacity)), result.GetValue(json), console);
                return 0;
            }
            catch (Exception exception) when (exception is CheckpointException or TokenizerException or FormatException or ArgumentException or IOException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return new Command("bench", "Measure speed.") { engine };
    }

    /// <summary>Runs full depth and the asked exits in turn, and keeps the median of each: the machine's speed drifts.</summary>
    private static BenchReport Measure(Checkpoint checkpoint, BenchWorkload workload, string exit, Func<RunnerCapacity, IModelRunner> open)
    {
        var loops = checkpoint.Config.Loops;
        var asked = BenchExit.Parse(exit);
        var fullDepth = BenchExit.Parse($"fixed:{loops}");
        var pairs = Enumerable.Range(0, Rounds).Select(_ => (Full: EngineBench.Run(workload, fullDepth, open, loops), Asked: EngineBench.Run(workload, asked, open, loops))).ToArray();
        var measured = pairs.Select(pair => pair.Asked).OrderBy(run => run.DecodeTokensPerSecond).ElementAt(Rounds / 2);
        var speedup = pairs.Select(pair => pair.Asked.DecodeTokensPerSecond / pair.Full.DecodeTokensPerSecond).Order().ElementAt(Rounds / 2);
        using var runner = open(new RunnerCapacity(1, 1));
        var headCost = runner.Model.HeadCost;
        var bound = (headCost + loops) / (headCost + measured.MeanExitStep);
        return new BenchReport
        {
            PrefillTokensPerSecond = measured.PrefillTokensPerSecond,
            DecodeTokensPerSecond = measured.DecodeTokensPerSecond,
            InterTokenLatencyP50Milliseconds = measured.GapMilliseconds(0.5),
            InterTokenLatencyP95Milliseconds = measured.GapMilliseconds(0.95),
            MeanExitStep = measured.MeanExitStep,
            Bound = bound,
            BoundShare = speedup / bound,
            FullDepthTokensPerSecond = pairs.Select(pair => pair.Full.DecodeTokensPerSecond).Order().ElementAt(Rounds / 2),
            PeakRssBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            Runner = runner.Name,
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint.Folder)),
            Concurrency = workload.Prompts.Count,
        };
    }

    private static int[][] CreatePrompts(Checkpoint checkpoint, string? textFile, int count, int length)
    {
        var random = new Random(1);
        if (textFile is null)
        {
            return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => random.Next(checkpoint.Config.VocabularySize)).ToArray())];
        }

        var tokens = ByteLevelBpeTokenizer.Load(Path.Combine(checkpoint.Folder, "tokenizer.json")).EncodeToIds(File.ReadAllText(textFile));
        return tokens.Count > length
            ? [.. Enumerable.Range(0, count).Select(_ => tokens.Skip(random.Next(tokens.Count - length)).Take(length).ToArray())]
            : throw new ArgumentException($"--text has {tokens.Count} tokens; prompts of {length} need more.");
    }

    private static void Print(BenchReport report, bool json, IAnsiConsole console)
    {
        if (json)
        {
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
            return;
        }

        var table = new Table().AddColumns($"{report.Model}, {report.Runner}, concurrency {report.Concurrency}", "");
        table.AddRow("prefill", $"{report.PrefillTokensPerSecond:F0} tokens/s");
        table.AddRow("decode", $"{report.DecodeTokensPerSecond:F1} tokens/s");
        table.AddRow("decode at full depth", $"{report.FullDepthTokensPerSecond:F1} tokens/s");
        table.AddRow("inter-token latency p50, p95", $"{report.InterTokenLatencyP50Milliseconds:F2} ms, {report.InterTokenLatencyP95Milliseconds:F2} ms");
        table.AddRow("mean exit step", $"{report.MeanExitStep:F3}");
        table.AddRow("bound", $"{report.Bound:F3} x full depth");
        table.AddRow("share of the bound", $"{report.BoundShare:P1}");
        table.AddRow("peak memory", $"{report.PeakRssBytes / (1 << 20)} MiB");
        console.Write(table);
    }
}
