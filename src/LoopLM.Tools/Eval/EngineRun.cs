using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Tools.Eval;

/// <summary>Lets the engine run requests together, with real early exits: a skipped loop leaves no keys and values of its own.</summary>
internal static class EngineRun
{
    private const int Rows = 256;
    private const int Sequences = 64;

    /// <summary>The tokens that each request generates.</summary>
    /// <param name="requests">At least one.</param>
    /// <param name="open">Opens a runner.</param>
    /// <param name="loops">Loops of the model.</param>
    public static List<List<GenerationEvent>> All(IReadOnlyList<GenerationRequest> requests, Func<RunnerCapacity, IModelRunner> open,
        int loops)
    {
        var options = new EngineOptions
        {
            MaxSequences = Math.Min(requests.Count, Sequences),
            MaxRows = Rows,
            MaxLoops = loops,
            MaxQueuedRequests = requests.Count,
            KvSlots = Sequences * loops * requests.Max(request => request.Prompt.Length + request.MaxTokens),
        };
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(open(new RunnerCapacity(Rows, options.KvSlots)), options, metrics);
        var generations = requests.Select(request => engine.TrySubmit(request, out var generation, out var rejection) ? generation
            : throw new ArgumentException(rejection.Message.ToString())).ToList();
        while (engine.Tick())
        {
        }

        engine.Audit();
        return [.. generations.Select(Read)];
    }

    private static List<GenerationEvent> Read(Generation generation)
    {
        var tokens = new List<GenerationEvent>();
        while (generation.Events.TryRead(out var next))
        {
            if (next.Kind == GenerationEventKind.Failed)
            {
                throw new InvalidOperationException(next.Error);
            }

            if (next.Kind == GenerationEventKind.Token)
            {
                tokens.Add(next);
            }
        }

        return tokens;
    }
}
