namespace LoopLM.Tools.Data.Tasks;

/// <summary>A question with one right answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer.</param>
/// <param name="IsFact">Whether it is one step, to be known rather than worked out: there are too few of those to hold any out.</param>
internal sealed record Problem(string Question, string Answer, bool IsFact = false)
{
    /// <summary>More questions on what the first one tells, each with its answer.</summary>
    public IReadOnlyList<(string Question, string Answer)> FollowUps { get; init; } = [];
}
