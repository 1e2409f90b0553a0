using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Bench.Prefixes;
using LoopLM.Tools.Bench.Serving;
using Spectre.Console;

namespace LoopLM.Tools.Bench;

/// <summary>
/// <c>looplm bench</c>; <c>looplm bench engine</c> measures the throughput of the engine on a
/// model, against the bound that its exits allow.
/// </summary>
internal static class BenchCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="runners">What can compute, the default first.</param>
    /// <param name="console">Where to print.</param>
    /// <param name="measureBandwidth">Bytes per second that so many threads read from memory.</param>
    public static Command Create(ModelRunners runners, IAnsiConsole console, Func<int, double> measureBandwidth)
    {
        var options = new BenchOptions(runners.Names);
        var shape = new Option<string?>("--shape")
        {
            Description =
                "Random weights instead: ouro-1.4b, ouro-2.6b, bundled, "
                    + "or custom:HIDDEN,INTERMEDIATE,LAYERS,HEADS,KV_HEADS,HEAD_DIM,VOCABULARY,LOOPS.",
        };
        var exit = new Option<string?>("--exit")
        {
            Description = "fixed:K, q:THRESHOLD or trace:FILE (one list of exit steps a line); default: full depth.",
        };
        var refill = BenchOptions.Choice("--refill", "Whether rows start while others are in flight.", "on", "off");
        var speculation = new Option<string>("--speculation")
        {
            Description = "How requests think ahead, against off in the same run: off, fixed:LOOP or adaptive.",
            DefaultValueFactory = _ => "off",
        };
        var acceptance = new Option<string>("--acceptance")
        {
            Description =
                "What confirms a draft: real compares tokens, synthetic:SHARE throws a seeded coin, "
                    + "because random weights agree on nothing.",
            DefaultValueFactory = _ => "real",
        };
        var text = new Option<string?>("--text") { Description = "File to cut the prompts from; default: random token ids." };
        var engine = new Command("engine", "Measure the engine without HTTP, against full depth in the same run.")
        {
            shape, exit, speculation, acceptance, refill, text,
        };
        options.AddTo(engine);
        engine.SetAction(result =>
        {
            try
            {
                using var random = (result.GetValue(options.Model), result.GetValue(shape)) switch
                {
                    (null, not null) when result.GetValue(text) is not null =>
                        throw new ArgumentException("--text needs --model: random weights have no tokenizer."),
                    (null, { } name) => new RandomCheckpoint(BenchShape.Parse(name)),
                    ({ }, null) => null,
                    _ => throw new ArgumentException("Either --model or --shape must be given."),
                };
                using var opened = random is null ? Checkpoint.Open(result.GetRequiredValue(options.Model)!) : null;
                var checkpoint = random?.Checkpoint ?? opened!;
                var prompts = CreatePrompts(
                    checkpoint, result.GetValue(text), result.GetValue(options.Concurrency), result.GetValue(options.Prompt));
                var workload = new BenchWorkload(prompts, result.GetValue(options.Generate), result.GetValue(refill) == "on");
                var runner = runners.FactoryOf(result.GetValue(options.Runner), checkpoint, options.Settings(result));
                var report = Measure(
                    checkpoint,
                    workload,
                    result.GetValue(exit),
                    BenchSpeculation.Parse(result.GetRequiredValue(speculation), result.GetRequiredValue(acceptance)),
                    options.Rounds(result),
                    runner,
                    measureBandwidth);
                Print(report, result.GetValue(options.Json), console);
                return 0;
            }
            catch (Exception exception)
                when (exception is CheckpointException or TokenizerException or FormatException or ArgumentException or IOException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return new Command("bench", "Measure speed.")
        {
            engine, PrefixesCommand.Create(runners, console), ServeCommand.Create(runners, console),
        };
    }

    /// <summary>Runs full depth and the asked exits in turn, and keeps the median of each: the machine's speed drifts.</summary>
    private static BenchReport Measure(
        Checkpoint checkpoint,
        BenchWorkload workload,
        string? exit,
        BenchSpeculation speculation,
        int rounds,
        IModelRunnerFactory factory,
        Func<int, double> measureBandwidth)
    {
        var loops = checkpoint.Config.Loops;
        var fullDepth = BenchExit.Parse($"fixed:{loops}");
        var asked = exit is null ? null : BenchExit.Parse(exit);
        var options = EngineBench.CreateOptions(workload, loops);
        var started = Stopwatch.GetTimestamp();
        var runner = factory.Open(new RunnerCapacity(options.MaxRows, options.KvSlots));
        var openSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var metrics = new EngineMetrics();
        var pairs = new (BenchMeasurement Full, BenchMeasurement Asked, BenchMeasurement Drafting)[rounds];
        using (var engine = new EngineCore(runner, options, metrics, syntheticAcceptance: speculation.SyntheticAcceptance))
        {
            EngineBench.Warm(engine, workload, asked ?? fullDepth, speculation.Settings);
            for (var round = 0; round < rounds; round++)
            {
                var full = EngineBench.Run(engine, workload, fullDepth, BenchSpeculation.Off);
                var plain = asked is null ? full : EngineBench.Run(engine, workload, asked, BenchSpeculation.Off);
                pairs[round] = (full, plain,
                    speculation.IsOn ? EngineBench.Run(engine, workload, asked ?? fullDepth, speculation.Settings) : plain);
            }
        }

        var measured = pairs.Select(pair => pair.Drafting).OrderBy(run => run.DecodeTokensPerSecond).ElementAt(rounds / 2);
        var speedup = pairs.Select(pair => pair.Asked.DecodeTokensPerSecond / pair.Full.DecodeTokensPerSecond)
            .Order().ElementAt(rounds / 2);
        var bound = (checkpoint.Config.HeadCost + loops) / (checkpoint.Config.HeadCost + measured.MeanExitStep);
        var peak = PeakMemory.Bytes;
        var bandwidth = measureBandwidth(factory.Threads);
        var traffic = WeightTraffic.Of(checkpoint.Config, factory.Weights);
        return new BenchReport
        {
            PrefillTokensPerSecond = pairs.SelectMany(pair => new[] { pair.Full, pair.Asked })
                .Select(run => run.PrefillTokensPerSecond).Order().ElementAt(rounds),
            DecodeTokensPerSecond = measured.DecodeTokensPerSecond,
            InterTokenLatencyP50Milliseconds = Percentile.Milliseconds(measured.Gaps, 0.5),
            InterTokenLatencyP95Milliseconds = Percentile.Milliseconds(measured.Gaps, 0.95),
            MeanExitStep = measured.MeanExitStep,
            Bound = bound,
            BoundShare = speedup / bound,
            ReadBandwidthBytesPerSecond = bandwidth,
            WeightTrafficShare =
                ((measured.LoopsPerSecond * traffic.LoopBytes) + (measured.HeadsPerSecond * traffic.HeadBytes)) / bandwidth,
            Speculation = speculation.ToString(),
            SpeculationSpeedup = pairs.Select(pair => pair.Drafting.DecodeTokensPerSecond / pair.Asked.DecodeTokensPerSecond)
                .Order().ElementAt(rounds / 2),
            AcceptedDraftShare = measured.AcceptedDraftShare,
            TickOwnMicroseconds = 1e6 * pairs.Select(pair => pair.Drafting.OwnSecondsPerTick).Order().ElementAt(rounds / 2),
            TickOwnOffMicroseconds = 1e6 * pairs.Select(pair => pair.Asked.OwnSecondsPerTick).Order().ElementAt(rounds / 2),
            PeakRssBytes = peak,
            Runner = runner.Name,
            Weights = factory.Weights,
            Threads = factory.Threads,
            FullDepthTokensPerSecond = pairs.Select(pair => pair.Full.DecodeTokensPerSecond).Order().ElementAt(rounds / 2),
            OpenSeconds = openSeconds,
            Concurrency = workload.Prompts.Count,
        };
    }

    private static int[][] CreatePrompts(Checkpoint checkpoint, string? textFile, int count, int length) => textFile is null
        ? BenchPrompts.Random(checkpoint.Config.VocabularySize, count, length)
        : BenchPrompts.Cut(
            ByteLevelBpeTokenizer.Load(Path.Combine(checkpoint.Folder, "tokenizer.json"))
                .EncodeToIds(File.ReadAllText(textFile)), count, length);

    private static void Print(BenchReport report, bool json, IAnsiConsole console)
    {
        if (json)
        {
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
            return;
        }

        var table = new Table().AddColumns(
            $"{report.Runner}, {report.Weights}, {report.Threads} threads, concurrency {report.Concurrency}", "");
        table.AddRow("ready after", $"{report.OpenSeconds:F2} s");
        table.AddRow("prefill", $"{report.PrefillTokensPerSecond:F0} tokens/s");
        table.AddRow("decode", $"{report.DecodeTokensPerSecond:F1} tokens/s");
        table.AddRow("decode at full depth", $"{report.FullDepthTokensPerSecond:F1} tokens/s");
        table.AddRow("inter-token latency p50, p95",
            $"{report.InterTokenLatencyP50Milliseconds:F2} ms, {report.InterTokenLatencyP95Milliseconds:F2} ms");
        table.AddRow("mean exit step", $"{report.MeanExitStep:F3}");
        table.AddRow("bound", $"{report.Bound:F3} x full depth");
        table.AddRow("share of the bound", $"{report.BoundShare:P1}");
        table.AddRow("speculation", report.Speculation);
        table.AddRow("accepted drafts", $"{report.AcceptedDraftShare:P1}");
        table.AddRow("against no drafts", $"{report.SpeculationSpeedup:F3} x");
        table.AddRow(
            "a tick beside the runner, without drafts", $"{report.TickOwnMicroseconds:F1} us, {report.TickOwnOffMicroseconds:F1} us");
        table.AddRow("read bandwidth", $"{report.ReadBandwidthBytesPerSecond / 1e9:F1} GB/s");
        table.AddRow("share of it that weights take", $"{report.WeightTrafficShare:P1}");
        table.AddRow("peak memory", $"{report.PeakRssBytes / (1 << 20)} MiB");
        console.Write(table);
    }
}
