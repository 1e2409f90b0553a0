using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>What a checker finds in a text that is to be a tale.</summary>
/// <param name="Sentences">Its sentences as they are understood.</param>
/// <param name="EndsWell">Whether the last sentence is an ending, and no other is.</param>
internal sealed record TaleCheck(IReadOnlyList<ReadSentence> Sentences, bool EndsWell)
{
    /// <summary>Sentences that follow a pattern.</summary>
    public int Parsed => Sentences.Count(sentence => sentence.Pattern is not null);

    /// <summary>What contradicts what was told before, sentence by sentence.</summary>
    public IEnumerable<string> Contradictions => Sentences.SelectMany(sentence => sentence.Contradictions);

    /// <summary>Whether nothing contradicts and every sentence was understood.</summary>
    public bool IsSound => Sentences.Count > 0 && Parsed == Sentences.Count && !Contradictions.Any();

    /// <summary>Checks a text.</summary>
    public static TaleCheck Of(string text)
    {
        var sentences = TaleReader.Read(text);
        return new(sentences, sentences.Count > 0 && IsEnding(sentences[^1]) && !sentences.Take(sentences.Count - 1).Any(IsEnding));
    }

    /// <summary>
    /// Whether a tale is about what was asked for: every kind, thing, food and name in the request is in the text as a word.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="text">The tale.</param>
    public static bool Contains(string request, string text)
    {
        var words = Words(text).ToHashSet();
        return Words(request).Where(IsAskedFor).All(words.Contains);
    }

    private static bool IsAskedFor(string word) =>
        Lexicon.Kinds.ContainsKey(word) || Lexicon.Things.ContainsKey(word) || Lexicon.Names.ContainsKey(word)
            || Lexicon.Foods.Values.Contains(word);

    private static IEnumerable<string> Words(string text) =>
        text.Split([' ', '\n', '.', ',', '!', '?', '"', ':'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word);

    private static bool IsEnding(ReadSentence sentence) => sentence.Pattern?.Rule.Name.StartsWith("end", StringComparison.Ordinal) == true;
}
