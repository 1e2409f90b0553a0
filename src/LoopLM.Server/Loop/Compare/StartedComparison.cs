using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Loop.Compare;

/// <summary>A comparison that is being generated. Disposing it cancels what still runs.</summary>
/// <param name="Choices">The generations of each depth.</param>
internal sealed record StartedComparison(IReadOnlyList<TextChoices> Choices) : IDisposable
{
    public void Dispose()
    {
        foreach (var each in Choices)
        {
            each.Dispose();
        }
    }
}
