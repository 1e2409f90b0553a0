using LoopLM.StructuredOutput.Patterns;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>A set of strings: those that an automaton accepts and whose length is right. <see cref="StringRules"/> makes, combines and writes them.</summary>
/// <param name="Automaton">What the strings consist of.</param>
/// <param name="MinLength">Fewest code points.</param>
/// <param name="MaxLength">Most code points; null for any number.</param>
internal sealed record StringLanguage(CodePointAutomaton Automaton, int MinLength = 0, int? MaxLength = null)
{
    /// <summary>Every string.</summary>
    public static readonly StringLanguage Any = new(CodePointAutomaton.Any);

    /// <summary>No string.</summary>
    public static readonly StringLanguage Empty = new(CodePointAutomaton.Empty);

    /// <summary>Whether there is no such string.</summary>
    public bool IsEmpty => Automaton.IsEmpty;

    /// <summary>Whether every string is one.</summary>
    public bool IsAny => Automaton.IsAny && MinLength == 0 && MaxLength is null;

    /// <summary>Whether a string is one of them.</summary>
    public bool Contains(string text)
    {
        var length = text.EnumerateRunes().Count();
        return length >= MinLength && !(length > MaxLength) && Automaton.Accepts(text);
    }
}
