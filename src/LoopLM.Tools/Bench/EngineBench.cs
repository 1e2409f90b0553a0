using System.Diagnostics;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Tools.Bench;

/// <summary>Measures an engine without HTTP: all requests of a workload run at once on the calling thread.</summary>
internal static class EngineBench
{
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    /// <summary>Runs a workload once.</summary>
    /// <param name="engine">An engine with nothing to do, of <see cref="CreateOptions"/>.</param>
    /// <param name="workload">The requests.</param>
    /// <param name="exit">How deep their tokens go.</param>
    /// <param name="speculation">How they think ahead.</param>
    public static BenchMeasurement Run(EngineCore engine, BenchWorkload workload, BenchExit exit, SpeculationSettings speculation)
    {
        var before = engine.TakeSnapshot(EngineHealth.Ready);
        var generations = workload.Prompts.Select((prompt, i) => Submit(engine, prompt, workload.Generate, exit, speculation, i)).ToArray();
        var lastTokenAt = new long[generations.Length];
        var (tokens, exitSteps, gaps) = (0, 0L, new List<double>());
        var (waitingForFirst, ended, loops, heads) = (generations.Length, false, 0, 0);
        var started = Stopwatch.GetTimestamp();
        var (decodeStarted, processorTime) = (started, TimeSpan.Zero);
        while (!ended && engine.Tick())
        {
            var now = Stopwatch.GetTimestamp();
            var decoding = waitingForFirst == 0;
            var tokensBefore = tokens;
            loops += decoding ? 1 : 0;
            for (var i = 0; i < generations.Length; i++)
            {
                while (generations[i].Events.TryRead(out var next))
                {
                    ended |= next.Kind != GenerationEventKind.Token;
                    if (next.Kind == GenerationEventKind.Failed)
                    {
                        throw new InvalidOperationException(next.Error);
                    }

                    if (next.Kind != GenerationEventKind.Token)
                    {
                        continue;
                    }

                    if (decoding)
                    {
                        tokens++;
                        exitSteps += next.ExitStep;
                        gaps.Add(Stopwatch.GetElapsedTime(lastTokenAt[i], now).TotalSeconds);
                    }
                    else if (lastTokenAt[i] == 0 && --waitingForFirst == 0)
                    {
                        (decodeStarted, processorTime) = (now, Environment.CpuUsage.TotalTime);
                    }

                    lastTokenAt[i] = now;
                }
            }

            heads += tokens > tokensBefore ? 1 : 0;
        }

        var decodeSeconds = Stopwatch.GetElapsedTime(decodeStarted).TotalSeconds;
        var processorSeconds = (Environment.CpuUsage.TotalTime - processorTime).TotalSeconds;
        while (engine.Tick())
        {
        }

        gaps.Sort();
        var after = engine.TakeSnapshot(EngineHealth.Ready);
        var drafts = after.DraftTokens - before.DraftTokens;
        return new BenchMeasurement(
            workload.Prompts.Sum(prompt => prompt.Length) / Stopwatch.GetElapsedTime(started, decodeStarted).TotalSeconds,
            tokens / decodeSeconds,
            tokens == 0 ? 0 : (double)exitSteps / tokens,
            loops / decodeSeconds,
            heads / decodeSeconds,
            tokens == 0 ? 0 : processorSeconds / tokens,
            (after.TickTime - after.RunnerTime - before.TickTime + before.RunnerTime).TotalSeconds / (after.Ticks - before.Ticks),
            drafts == 0 ? 0 : (double)(after.AcceptedDraftTokens - before.AcceptedDraftTokens) / drafts,
            [.. gaps]);
    }

    /// <summary>An engine just large enough for a workload.</summary>
    /// <param name="workload">The requests.</param>
    /// <param name="loops">Loops of the model.</param>
    public static EngineOptions CreateOptions(BenchWorkload workload, int loops)
    {
        var requests = workload.Prompts.Count;
        return new EngineOptions
        {
            MaxSequences = requests,
            MaxRows = Math.Max(requests, 256),
            PrefillChunk = 256,
            MaxQueuedRequests = requests,
            MaxLoops = Math.Max(loops, 8),
            Refill = workload.Refill,

            // Every round reads the same prompts.
            PrefixCache = PrefixCacheMode.Off,
            KvSlots = workload.Prompts.Sum(prompt => (prompt.Length + workload.Generate) * loops),
        };
    }

    /// <summary>
    /// Touches everything, and runs on until the runtime has compiled for good what it first compiled in haste, outside the measurement.
    /// </summary>
    public static void Warm(EngineCore engine, BenchWorkload workload, BenchExit exit, SpeculationSettings speculation)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            Submit(engine, workload.Prompts[0], Math.Min(workload.Generate, 64), exit, speculation, 0);
            while (engine.Tick())
            {
            }
        }
        while (Stopwatch.GetElapsedTime(started) < s_warmUp);
    }

    private static Generation Submit(
        EngineCore engine, int[] prompt, int generate, BenchExit exit, SpeculationSettings speculation, int index)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = generate,
            Exit = exit.For(index, generate),
            Speculation = speculation,
        };
        return engine.TrySubmit(request, out var generation, out var rejection)
            ? generation
            : throw new ArgumentException(rejection.Message.ToString());
    }
}
