using System.Diagnostics;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Tools.Bench.Prefixes;

/// <summary>What the requests of a scenario brought.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
/// <param name="ComputedTokens">Prompt tokens that ran their loops.</param>
/// <param name="CachedTokens">Those that did not, because an earlier request's did.</param>
/// <param name="FirstTokens">Seconds to the first token of each, in rising order.</param>
internal sealed record PrefixRun(int Requests, long PromptTokens, long ComputedTokens, long CachedTokens, double[] FirstTokens)
{
    /// <summary>Runs a scenario on the calling thread.</summary>
    /// <param name="engine">An engine with nothing to do.</param>
    /// <param name="scenario">The requests.</param>
    /// <param name="exit">How deep their tokens go.</param>
    /// <param name="reuse">How much of earlier beginnings they reuse.</param>
    public static PrefixRun Of(EngineCore engine, PrefixScenario scenario, BenchExit exit, PrefixReuse reuse)
    {
        var before = Rows(engine);
        var (requests, promptTokens, cached, firstTokens) = (0, 0L, 0L, new List<double>());
        List<int> history = [];
        foreach (var wave in scenario.Waves)
        {
            var prompts = scenario.IsConversation ? [.. wave.Select(turn => (int[])[.. history, .. turn])] : wave;
            var started = Stopwatch.GetTimestamp();
            var generations = prompts.Select(prompt => Submit(engine, new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = scenario.Generate,
                Exit = exit.For(requests++, scenario.Generate),
                PrefixReuse = reuse,
            })).ToArray();
            var texts = Run(engine, generations, started, firstTokens, ref cached);
            promptTokens += prompts.Sum(prompt => (long)prompt.Length);
            history = [.. prompts[0], .. texts[0]];
        }

        firstTokens.Sort();
        return new(
            requests, promptTokens, (Rows(engine) - before) / engine.TakeSnapshot(EngineHealth.Ready).Model!.Loops,
            cached, [.. firstTokens]);
    }

    private static long Rows(EngineCore engine) => engine.TakeSnapshot(EngineHealth.Ready).PrefillRows.ToArray().Sum();

    private static List<int>[] Run(EngineCore engine, Generation[] generations, long started, List<double> firstTokens, ref long cached)
    {
        var texts = Array.ConvertAll(generations, _ => new List<int>());
        while (engine.Tick())
        {
            for (var i = 0; i < generations.Length; i++)
            {
                while (generations[i].Events.TryRead(out var next))
                {
                    switch (next.Kind)
                    {
                        case GenerationEventKind.Token:
                            texts[i].Add(next.Token);
                            if (texts[i].Count == 1)
                            {
                                firstTokens.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                            }

                            break;
                        case GenerationEventKind.Finished:
                            cached += next.CachedPromptTokens;
                            break;
                        case GenerationEventKind.Failed:
                            throw new InvalidOperationException(next.Error);
                    }
                }
            }
        }

        return texts;
    }

    private static Generation Submit(EngineCore engine, GenerationRequest request) =>
        engine.TrySubmit(request, out var generation, out var rejection)
            ? generation
            : throw new ArgumentException(rejection.Message.ToString());
}
