namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>A part of a pattern: a slot for a role of the event, or words, one of several.</summary>
/// <param name="Options">The words to choose from, one for words that are always the same; none for a slot.</param>
/// <param name="Role">The slot's role.</param>
/// <param name="Form">How the slot names it: <c>his</c>, <c>new</c>; empty for the usual form.</param>
/// <param name="IsSubject">Whether a pronoun may stand there.</param>
internal sealed record PatternPart(string[] Options, char Role = default, string Form = "", bool IsSubject = false)
{
    /// <summary>Whether it is a slot.</summary>
    public bool IsSlot => Options.Length == 0;

    /// <summary>Whether the slot says by itself who or what has the role.</summary>
    public bool Names => IsSlot
        && Form is "" or "s" or "name" or "new" or "a" or "n" or "noun" or "kind" or "it" or "block" or "solve" or "to" or "f";
}
