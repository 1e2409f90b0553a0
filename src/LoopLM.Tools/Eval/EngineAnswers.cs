using LoopLM.Engine.Depth;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Eval;

/// <summary>Lets the engine answer questions greedily, with real early exits: a skipped loop leaves no keys and values of its own.</summary>
internal static class EngineAnswers
{
    /// <summary>Answers all questions under one layout and threshold.</summary>
    /// <param name="questions">At least one.</param>
    /// <param name="open">Opens a runner.</param>
    /// <param name="loops">Loops of the model.</param>
    /// <param name="layout">What later tokens see.</param>
    /// <param name="threshold">Threshold of q-exit.</param>
    public static KvStrategyScore Run(IReadOnlyList<AnsweredQuestion> questions, Func<RunnerCapacity, IModelRunner> open, int loops, KvLayout layout, float threshold)
    {
        const int Rows = 256;
        var options = new EngineOptions
        {
            MaxSequences = Math.Min(questions.Count, 64),
            MaxRows = Rows,
            MaxLoops = loops,
            MaxQueuedRequests = questions.Count,
            KvSlots = 64 * loops * questions.Max(question => question.Prompt.Length + question.Answer.Length),
        };
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(open(new RunnerCapacity(Rows, options.KvSlots)), options, metrics);
        var generations = questions.Select(question => Submit(engine, question, layout, threshold)).ToList();
        while (engine.Tick())
        {
        }

        engine.Audit();
        var (exact, steps) = (0, new List<int>());
        foreach (var (generation, question) in generations.Zip(questions))
        {
            var tokens = Read(generation);
            exact += tokens.Select(token => token.Token).SequenceEqual(question.Answer) ? 1 : 0;
            steps.AddRange(tokens.Skip(1).Select(token => token.ExitStep));
        }

        var name = (layout, threshold) switch
        {
            (KvLayout.LastExited, 1) => "per loop",
            (KvLayout.LastExited, _) => "last-exited",
            (KvLayout.Shared, _) => "shared (last loop)",
            _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, null),
        };
        return new(name, threshold, questions.Count, (double)exact / questions.Count, steps.DefaultIfEmpty(0).Average());
    }

    private static Generation Submit(EngineCore engine, AnsweredQuestion question, KvLayout layout, float threshold)
    {
        var request = new GenerationRequest
        {
            Prompt = question.Prompt,
            MaxTokens = question.Answer.Length,
            KvLayout = layout,
            Exit = new ExitSettings { Policy = "q-exit", Threshold = threshold },
        };
        return engine.TrySubmit(request, out var generation, out var rejection) ? generation : throw new ArgumentException(rejection.Message);
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
