namespace LoopLM.Jinja;

/// <summary>Why a template cannot be parsed or rendered.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Line">Line of the template, from 1.</param>
/// <param name="Column">Column of the line, in chars from 1.</param>
/// <param name="Message">What was found and what would be right. It quotes the template, never its data.</param>
public sealed record JinjaError(JinjaErrorKind Kind, int Line, int Column, string Message)
{
    /// <summary>Chars that a message has at most; a template can make longer ones.</summary>
    private const int MaxMessage = 500;

    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, column {Column}: {Message}";

    internal static JinjaError At(string source, JinjaErrorKind kind, int offset, string message)
    {
        var before = source.AsSpan(0, Math.Min(offset, source.Length));
        return new(kind, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), Clip(message));
    }

    /// <summary>The beginning of a long text.</summary>
    internal static string Clip(string text) =>
        text.Length <= MaxMessage ? text : text[..(MaxMessage - (char.IsHighSurrogate(text[MaxMessage - 1]) ? 1 : 0))] + "...";
}
