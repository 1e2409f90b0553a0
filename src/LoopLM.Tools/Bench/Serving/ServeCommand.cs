using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using Spectre.Console;

namespace LoopLM.Tools.Bench.Serving;

/// <summary><c>looplm bench serve</c>: what streaming over HTTP costs, against the engine alone in the same run.</summary>
internal static class ServeCommand
{
    private const string Message = "Tell me a long story about a fox and a crow.";

    /// <summary>Creates the command.</summary>
    /// <param name="runners">What can compute, the default first.</param>
    /// <param name="console">Where to print.</param>
    public static Command Create(ModelRunners runners, IAnsiConsole console)
    {
        var options = new BenchOptions(runners.Names);
        var server = new Option<string?>("--server") { Description = "Program of the server, or its .dll; it is started with --model." };
        var url = new Option<string?>("--url") { Description = "A server that runs already and serves --model, as http://ADDRESS:PORT." };
        var api = BenchOptions.Choice("--api", "The endpoint to stream from.", "completions", "chat");
        var warm = new Option<int>("--warm")
        {
            Description = "Seconds to run before measuring: the runtime compiles what is hot anew.",
            DefaultValueFactory = _ => 20,
        };
        var serve = new Command("serve", "Measure streams over HTTP at full depth, against the engine alone in the same run.")
        {
            server, url, api, warm,
        };
        options.AddTo(serve);
        serve.SetAction(async (result, _) =>
        {
            try
            {
                if ((result.GetValue(server) is null) == (result.GetValue(url) is null))
                {
                    throw new ArgumentException("Either --server or --url must be given.");
                }

                using var checkpoint = Checkpoint.Open(
                    result.GetValue(options.Model) ?? throw new ArgumentException("--model must be given: the engine is measured on it."));
                var workload = new BenchWorkload(
                    BenchPrompts.Random(checkpoint.Config.VocabularySize, result.GetValue(options.Concurrency),
                        result.GetValue(options.Prompt)), result.GetValue(options.Generate), Refill: true);
                var engineOptions = EngineBench.CreateOptions(workload, checkpoint.Config.Loops);
                var runner = result.GetRequiredValue(options.Runner);
                using var process = result.GetValue(server) is { } program
                    ? ServerProcess.Start(program, checkpoint.Folder, runner, options.Settings(result), engineOptions)
                    : null;
                var address = process?.Address ?? new Uri(result.GetValue(url)!);
                var factory = runners.FactoryOf(runner, checkpoint, options.Settings(result));
                using var metrics = new EngineMetrics();
                var capacity = new RunnerCapacity(engineOptions.MaxRows, engineOptions.KvSlots);
                using var engine = new EngineCore(factory.Open(capacity), engineOptions, metrics);
                var isChat = result.GetValue(api) == "chat";
                var bodies = workload.Prompts.Select(prompt => Body(prompt, workload.Generate, isChat)).ToArray();
                var pairs = await MeasureAsync(
                    engine,
                    workload,
                    TimeSpan.FromSeconds(result.GetValue(warm)),
                    options.Rounds(result),
                    () => StreamBench.RunAsync(address, isChat ? "/v1/chat/completions" : "/v1/completions", bodies, workload.Generate));
                Print(Report(pairs, runner, factory, workload.Prompts.Count), result.GetValue(options.Json), console);
                return 0;
            }
            catch (Exception exception) when (exception is CheckpointException or FormatException
                or ArgumentException or IOException or SocketException or HttpRequestException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return serve;
    }

    /// <summary>A request for exactly so many tokens at full depth.</summary>
    private static string Body(int[] prompt, int tokens, bool isChat)
    {
        var asked = isChat ? $$"""[{"role":"user","content":"{{Message}}"}]""" : $"[{string.Join(',', prompt)}]";
        return $$"""{"{{(isChat ? "messages" : "prompt")}}":{{asked}},"max_tokens":{{tokens}},"stream":true"""
            + ""","temperature":0,"ignore_eos":true,"exit_policy":"fixed"}""";
    }

    /// <summary>
    /// Measures engine and streams in turn: the machine's speed drifts. Rounds that begin while both warm up do not count.
    /// </summary>
    private static async Task<(BenchMeasurement Engine, StreamMeasurement Streams)[]> MeasureAsync(
        EngineCore engine, BenchWorkload workload, TimeSpan warm, int rounds, Func<Task<StreamMeasurement>> stream)
    {
        var exit = BenchExit.Parse($"fixed:{engine.TakeSnapshot(EngineHealth.Ready).Model!.Loops}");
        var pairs = new List<(BenchMeasurement, StreamMeasurement)>();
        for (var started = Stopwatch.GetTimestamp(); pairs.Count < rounds;)
        {
            var isWarm = Stopwatch.GetElapsedTime(started) >= warm;
            var pair = (EngineBench.Run(engine, workload, exit, BenchSpeculation.Off), await stream().ConfigureAwait(false));
            if (isWarm)
            {
                pairs.Add(pair);
            }
        }

        return [.. pairs];
    }

    private static ServeReport Report(
        (BenchMeasurement Engine, StreamMeasurement Streams)[] pairs, string runner, IModelRunnerFactory factory, int concurrency)
    {
        return new ServeReport
        {
            EngineTokensPerSecond = Median(pair => pair.Engine.DecodeTokensPerSecond),
            TokensPerSecond = Median(pair => pair.Streams.TokensPerSecond),
            EngineShare = Median(pair => pair.Streams.TokensPerSecond / pair.Engine.DecodeTokensPerSecond),
            TimeToFirstTokenP50Milliseconds = Median(pair => Percentile.Milliseconds(pair.Streams.FirstTokens, 0.5)),
            TimeToFirstTokenP95Milliseconds = Median(pair => Percentile.Milliseconds(pair.Streams.FirstTokens, 0.95)),
            InterTokenLatencyP50Milliseconds = Median(pair => Percentile.Milliseconds(pair.Streams.Gaps, 0.5)),
            InterTokenLatencyP95Milliseconds = Median(pair => Percentile.Milliseconds(pair.Streams.Gaps, 0.95)),
            EngineMicrosecondsPerToken = 1e6 * Median(pair => pair.Engine.ProcessorSecondsPerToken),
            ServerMicrosecondsPerToken = 1e6 * Median(pair => pair.Streams.ServerSecondsPerToken),
            ClientMicrosecondsPerToken = 1e6 * Median(pair => pair.Streams.ClientSecondsPerToken),
            ServerAllocatedBytesPerToken = Median(pair => pair.Streams.ServerBytesPerToken),
            Runner = runner,
            Weights = factory.Weights,
            Threads = factory.Threads,
            Concurrency = concurrency,
        };

        double Median(Func<(BenchMeasurement Engine, StreamMeasurement Streams), double> read) =>
            pairs.Select(read).Order().ElementAt(pairs.Length / 2);
    }

    private static void Print(ServeReport report, bool json, IAnsiConsole console)
    {
        if (json)
        {
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.ServeReport));
            return;
        }

        var table = new Table().AddColumns(
            $"{report.Runner}, {report.Weights}, {report.Threads} threads, {report.Concurrency} streams", "");
        table.AddRow("engine alone", $"{report.EngineTokensPerSecond:F0} tokens/s");
        table.AddRow("streams", $"{report.TokensPerSecond:F0} tokens/s");
        table.AddRow("share of the engine", $"{report.EngineShare:P1}");
        table.AddRow("time to first token p50, p95",
            $"{report.TimeToFirstTokenP50Milliseconds:F1} ms, {report.TimeToFirstTokenP95Milliseconds:F1} ms");
        table.AddRow("inter-token latency p50, p95",
            $"{report.InterTokenLatencyP50Milliseconds:F2} ms, {report.InterTokenLatencyP95Milliseconds:F2} ms");
        table.AddRow("processor time of a token: engine alone", $"{report.EngineMicrosecondsPerToken:F1} us");
        table.AddRow("processor time of a token: server", $"{report.ServerMicrosecondsPerToken:F1} us");
        table.AddRow("processor time of a token: client", $"{report.ClientMicrosecondsPerToken:F1} us");
        table.AddRow("allocated by the server for a token", $"{report.ServerAllocatedBytesPerToken:F0} bytes");
        console.Write(table);
    }
}
