using System.Globalization;
using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>Normal forms of answers. Two answers are equal where they agree but for case, spaces around and the full stop.</summary>
internal static class AnswerText
{
    /// <summary>Someone's name.</summary>
    public static string Person(string name) => $"{name}.";

    /// <summary>A place: <c>At the mill.</c></summary>
    public static string Place(string noun) => Sentence(PlaceInside(noun));

    /// <summary>A place within a sentence: <c>at the mill</c>.</summary>
    public static string PlaceInside(string noun) => $"{Lexicon.Places[noun].Preposition} the {noun}";

    /// <summary>A number in words: <c>Three.</c></summary>
    public static string Number(string digits) => digits == "0" ? "None."
        : Sentence(Lexicon.Numbers[int.Parse(digits, CultureInfo.InvariantCulture)]);

    /// <summary>What someone is: <c>A fox.</c></summary>
    public static string Kind(string kind) => Sentence(Lexicon.WithArticle(kind));

    /// <summary>Any words.</summary>
    public static string Sentence(string words) => $"{char.ToUpperInvariant(words[0])}{words[1..]}.";

    /// <summary>Whether two answers are the same.</summary>
    public static bool Same(string one, string other) => Bare(one).Equals(Bare(other), StringComparison.OrdinalIgnoreCase);

    private static string Bare(string answer) => answer.Trim().TrimEnd('.');
}
