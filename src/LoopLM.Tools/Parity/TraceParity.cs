using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Tools.Parity;

/// <summary>Replays the reference's adaptive decodes through the engine.</summary>
internal static class TraceParity
{
    private const float RecordedThreshold = 0.5f;

    /// <summary>Runs every trace alone and all of them at once.</summary>
    /// <param name="golden">The reference.</param>
    /// <param name="open">Opens a runner on its checkpoint.</param>
    /// <param name="errors">Receives the errors of the decoded logits that the reference gives.</param>
    public static IReadOnlyList<TraceResult> Compare(
        GoldenFolder golden, Func<RunnerCapacity, IModelRunner> open, ICollection<TensorError> errors)
    {
        var alone = golden.Traces.Select(trace => RunAlone(golden, open, trace, errors)).ToArray();
        var batched = Run(golden, open, golden.Traces, out _);
        return
        [
            .. from batch in new[] { (Batched: false, Equal: alone), (Batched: true, Equal: batched) }
               from layout in Enum.GetValues<KvLayout>()
               let ofLayout = golden.Traces.Zip(batch.Equal).Where(pair => pair.First.Layout == layout).ToArray()
               where ofLayout.Length > 0
               select new TraceResult(layout, batch.Batched, ofLayout.Count(pair => pair.Second), ofLayout.Length),
        ];
    }

    private static bool RunAlone(
        GoldenFolder golden, Func<RunnerCapacity, IModelRunner> open, GoldenTrace trace, ICollection<TensorError> errors)
    {
        var equal = Run(golden, open, [trace], out var logits)[0];
        var layout = trace.Layout == KvLayout.Shared ? "shared" : "last_exited";
        var tensor = $"prompt{trace.Prompt}.{layout}.min{trace.MinLoops}.q0.5.logits";
        if (trace.Threshold == RecordedThreshold && golden.Find(tensor) is { } reference)
        {
            errors.Add(TensorError.Between(tensor, logits, reference));
        }

        return equal;
    }

    /// <summary>Runs traces together. Returns for each whether tokens and exit steps are the reference's.</summary>
    private static bool[] Run(
        GoldenFolder golden, Func<RunnerCapacity, IModelRunner> open, IReadOnlyList<GoldenTrace> traces, out float[] logits)
    {
        var requests = traces.Select(trace => ToRequest(golden, trace)).ToArray();
        var loops = golden.Checkpoint.Config.Loops;
        var options = new EngineOptions
        {
            MaxSequences = traces.Count,
            MaxRows = Math.Max(traces.Count, 64),
            PrefillChunk = 16,
            MaxQueuedRequests = traces.Count,
            MaxLoops = Math.Max(loops, 8),

            // Every position's logits are recorded once, and all of every prompt.
            Speculation = new() { Strategy = SpeculationStrategy.Off },
            PrefixCache = PrefixCacheMode.Off,
            KvSlots = requests.Sum(request => (request.Prompt.Length + request.MaxTokens) * loops),
        };
        var recorder = new LogitsRecorder(open(new RunnerCapacity(options.MaxRows, options.KvSlots)));
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(recorder, options, metrics);
        var generations = requests.Select(request => Submit(engine, request)).ToArray();
        while (engine.Tick())
        {
        }

        engine.Audit();
        logits = [.. recorder.Logits];
        return [.. traces.Zip(generations, IsEqual)];
    }

    private static GenerationRequest ToRequest(GoldenFolder golden, GoldenTrace trace) => new()
    {
        Prompt = golden.Prompts[trace.Prompt],
        MaxTokens = trace.Tokens.Length,
        KvLayout = trace.Layout,
        Exit = new ExitSettings { Policy = "q-exit", Threshold = trace.Threshold, MinLoops = trace.MinLoops },
    };

    private static Generation Submit(EngineCore engine, GenerationRequest request) =>
        engine.TrySubmit(request, out var generation, out var rejection)
            ? generation
            : throw new InvalidOperationException(rejection.Message.ToString());

    private static bool IsEqual(GoldenTrace trace, Generation generation)
    {
        var (tokens, exitSteps) = (new List<int>(), new List<int>());
        while (generation.Events.TryRead(out var next))
        {
            if (next.Kind == GenerationEventKind.Failed)
            {
                throw new InvalidOperationException($"The runner failed in a trace of prompt {trace.Prompt}: {next.Error}");
            }

            if (next.Kind == GenerationEventKind.Token)
            {
                tokens.Add(next.Token);
                exitSteps.Add(next.ExitStep);
            }
        }

        return tokens.SequenceEqual(trace.Tokens) && exitSteps.SequenceEqual(trace.ExitSteps);
    }
}
