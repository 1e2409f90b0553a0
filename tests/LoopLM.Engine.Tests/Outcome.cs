using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Tests;

/// <summary>All events of an ended generation.</summary>
internal sealed record Outcome(int[] Tokens, int[] ExitSteps, GenerationEvent[] Events)
{
    public GenerationEvent End => Events[^1];

    /// <summary>Reads a generation that has ended; fails unless it has exactly one end, at the end.</summary>
    public static Outcome Of(Generation generation)
    {
        var events = new List<GenerationEvent>();
        while (generation.Events.TryRead(out var next))
        {
            events.Add(next);
        }

        Assert.True(generation.Events.Completion.IsCompleted, "the generation has not ended");
        var tokens = events.Where(next => next.Kind == GenerationEventKind.Token).ToArray();
        var scored = events.TakeWhile(next => next.Kind == GenerationEventKind.PromptToken).Count();
        Assert.Equal(events.Count - 1, scored + tokens.Length);
        Assert.True(events[^1].Kind is GenerationEventKind.Finished or GenerationEventKind.Failed);
        return new Outcome([.. tokens.Select(next => next.Token)], [.. tokens.Select(next => next.ExitStep)], [.. events]);
    }
}
