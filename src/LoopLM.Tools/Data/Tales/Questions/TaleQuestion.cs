namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>A question about a tale.</summary>
/// <param name="Kind">Name of its kind.</param>
/// <param name="Text">The question, in the first of its wordings.</param>
/// <param name="Answer">The answer in its normal form: a few words, the first letter large, a full stop.</param>
/// <param name="Steps">How many events have to be put together; 0 where the tale does not say.</param>
internal sealed record TaleQuestion(string Kind, string Text, string Answer, int Steps)
{
    /// <summary>The answer where there is none.</summary>
    public const string Unknown = "The tale does not say.";

    /// <summary>What fills the wordings.</summary>
    public IReadOnlyList<string> Slots { get; init; } = [];

    /// <summary>Numbers of the events.</summary>
    public IReadOnlySet<int> Evidence { get; init; } = new HashSet<int>();
}
