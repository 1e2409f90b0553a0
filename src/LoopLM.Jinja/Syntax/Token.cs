namespace LoopLM.Jinja.Syntax;

/// <summary>A token of a template.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">Its text; a string's is its value.</param>
/// <param name="Offset">Where it begins in the source.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset)
{
    /// <summary>How an error names it.</summary>
    public string Description => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.String => "a string",
        TokenKind.Data => "text",
        _ => $"'{Text}'",
    };
}
