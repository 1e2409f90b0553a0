using LoopLM.Tools.Data.Tales.Narration;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>Finds a pattern in a text.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="text">The text.</param>
/// <param name="context">What the sentence can rely on.</param>
internal readonly struct PatternMatcher(Pattern pattern, string text, TaleContext context)
{
    /// <summary>
    /// Reads the pattern from a place on; null where the text is something else. It ends with the text or before a space.
    /// </summary>
    public (int End, Binding Binding)? Match(int start) => Match(0, start, Binding.None);

    private (int End, Binding Binding)? Match(int part, int at, Binding binding)
    {
        if (part == pattern.Parts.Count)
        {
            return at == text.Length || text[at] == ' ' ? (at, binding) : null;
        }

        var next = pattern.Parts[part];
        if (next.IsSlot)
        {
            // Most patterns fail at the words behind the slot, which cost less to compare than the slot to bind.
            return SlotReader.Read(next, text, at, context) is { } reading && CanFollow(part + 1, reading.End)
                && binding.With(next, reading) is { } longer
                ? Match(part + 1, reading.End, longer)
                : null;
        }

        foreach (var option in next.Options)
        {
            if (string.CompareOrdinal(text, at, option, 0, option.Length) == 0 && Match(part + 1, at + option.Length, binding) is { } whole)
            {
                return whole;
            }
        }

        return null;
    }

    private bool CanFollow(int part, int at) =>
        part == pattern.Parts.Count || pattern.Parts[part] is not { IsSlot: false, Options: [var words] }
            || string.CompareOrdinal(text, at, words, 0, words.Length) == 0;
}
