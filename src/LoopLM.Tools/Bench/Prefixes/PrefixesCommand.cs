using System.CommandLine;
using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using Spectre.Console;

namespace LoopLM.Tools.Bench.Prefixes;

/// <summary>
/// <c>looplm bench prefixes</c>: what cached prefixes save requests whose prompts begin alike, against the same requests without the cache.
/// </summary>
internal static class PrefixesCommand
{
    private const int MaxSequences = 32;

    /// <summary>Creates the command.</summary>
    /// <param name="runners">What can compute, the default first.</param>
    /// <param name="console">Where to print.</param>
    public static Command Create(ModelRunners runners, IAnsiConsole console)
    {
        var options = new BenchOptions(runners.Names);
        var exit = new Option<string?>("--exit")
        {
            Description = "fixed:K, q:THRESHOLD or trace:FILE (one list of exit steps a line); default: full depth.",
        };
        var reuse = BenchOptions.Choice("--prefix-reuse", "How much of an earlier beginning is reused.", "exact", "as-generated");
        var trace = new Option<string?>("--trace")
        {
            Description = "A trace in Mooncake's form to replay, too; its lengths are divided until they fit the context.",
        };
        var requests = new Option<int>("--requests")
        {
            Description = "Most requests of the trace.",
            DefaultValueFactory = _ => int.MaxValue,
        };
        var slots = new Option<int>("--kv-slots")
        {
            Description = "KV slots, in which prefixes stay until others need them.",
            DefaultValueFactory = _ => new EngineOptions().KvSlots,
        };
        var command = new Command("prefixes", "Measure what cached prefixes save, against no cache in the same run.")
        {
            exit, reuse, trace, requests, slots,
        };
        options.AddModelTo(command);
        command.SetAction(result =>
        {
            try
            {
                using var checkpoint = Checkpoint.Open(
                    result.GetValue(options.Model) ?? throw new ArgumentException("--model must be given."));
                var config = checkpoint.Config;
                var scenarios = PrefixScenario.All(config.VocabularySize).ToList();
                if (result.GetValue(trace) is { } file)
                {
                    scenarios.Add(TraceScenario.Read(file, result.GetValue(requests), config.VocabularySize, config.ContextLength));
                }

                var factory = runners.FactoryOf(result.GetValue(options.Runner), checkpoint, options.Settings(result));
                var depth = BenchExit.Parse(result.GetValue(exit) ?? $"fixed:{config.Loops}");
                var mode = result.GetValue(reuse) == "exact" ? PrefixReuse.Exact : PrefixReuse.AsGenerated;
                Print([.. scenarios.Select(scenario => Measure(factory, scenario, depth, mode, result.GetValue(slots)))],
                    result.GetValue(options.Json), console);
                return 0;
            }
            catch (Exception exception) when (exception is CheckpointException or FormatException or ArgumentException or IOException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static PrefixReport Measure(IModelRunnerFactory factory, PrefixScenario scenario, BenchExit exit, PrefixReuse reuse, int slots)
    {
        var off = Run(PrefixCacheMode.Off);
        var on = Run(PrefixCacheMode.On);
        return new PrefixReport
        {
            Scenario = scenario.Name,
            Requests = on.Requests,
            PromptTokens = on.PromptTokens,
            ComputedTokens = on.ComputedTokens,
            CachedTokens = on.CachedTokens,
            TimeToFirstTokenP50Milliseconds = Percentile.Milliseconds(on.FirstTokens, 0.5),
            TimeToFirstTokenP50OffMilliseconds = Percentile.Milliseconds(off.FirstTokens, 0.5),
        };

        PrefixRun Run(PrefixCacheMode cache)
        {
            var engineOptions = new EngineOptions { KvSlots = slots, MaxSequences = MaxSequences, PrefixCache = cache };
            using var metrics = new EngineMetrics();
            using var engine = new EngineCore(
                factory.Open(new RunnerCapacity(engineOptions.MaxRows, engineOptions.KvSlots)), engineOptions, metrics);
            return PrefixRun.Of(engine, scenario, exit, reuse);
        }
    }

    private static void Print(PrefixReport[] reports, bool json, IAnsiConsole console)
    {
        if (json)
        {
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(reports, BenchJson.Default.PrefixReportArray));
            return;
        }

        var table = new Table().AddColumns(
            "scenario", "requests", "prompt tokens", "computed", "cached", "first token p50", "without cache");
        foreach (var report in reports)
        {
            table.AddRow(
                report.Scenario,
                $"{report.Requests}",
                $"{report.PromptTokens}",
                $"{report.ComputedTokens}",
                $"{report.CachedTokens} ({(double)report.CachedTokens / report.PromptTokens:P1})",
                $"{report.TimeToFirstTokenP50Milliseconds:F1} ms",
                $"{report.TimeToFirstTokenP50OffMilliseconds:F1} ms");
        }

        console.Write(table);
    }
}
