using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Eval;

/// <summary>Lets the engine answer questions greedily.</summary>
internal static class EngineAnswers
{
    /// <summary>Answers all questions under one layout and threshold.</summary>
    /// <param name="questions">At least one.</param>
    /// <param name="open">Opens a runner.</param>
    /// <param name="loops">Loops of the model.</param>
    /// <param name="layout">What later tokens see.</param>
    /// <param name="threshold">Threshold of q-exit.</param>
    public static KvStrategyScore Run(
        IReadOnlyList<AnsweredQuestion> questions, Func<RunnerCapacity, IModelRunner> open, int loops, KvLayout layout, float threshold)
    {
        var requests = questions.Select(question => new GenerationRequest
        {
            Prompt = question.Prompt,
            MaxTokens = question.Answer.Length,
            KvLayout = layout,
            Exit = new ExitSettings { Policy = "q-exit", Threshold = threshold },
        }).ToList();
        var (exact, steps) = (0, new List<int>());
        foreach (var (tokens, question) in EngineRun.All(requests, open, loops).Zip(questions))
        {
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
}
