using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales;

/// <summary>A tale.</summary>
/// <param name="Title">Who and what it is about; decides whether it is held out.</param>
/// <param name="Plot">Name of its plot.</param>
/// <param name="Hero">Whom it is about.</param>
/// <param name="Thing">What it is about: a thing, or what is counted.</param>
/// <param name="Cast">Who and what is in it.</param>
/// <param name="Sentences">Its sentences.</param>
internal sealed record Tale(string Title, string Plot, Person Hero, string Thing, Cast Cast, IReadOnlyList<Sentence> Sentences)
{
    /// <summary>Its text, an empty line between paragraphs.</summary>
    public string Text => TextOf(Sentences);

    /// <summary>What happens in it, as the sentences say it.</summary>
    public IReadOnlyList<TaleEvent> Events { get; } = [.. Sentences.Select(sentence => sentence.Event)];

    /// <summary>The text of some sentences.</summary>
    public static string TextOf(IEnumerable<Sentence> sentences) =>
        string.Join("\n\n", sentences.GroupBy(sentence => sentence.Paragraph)
            .Select(group => string.Join(' ', group.Select(sentence => sentence.Text))));
}
