namespace LoopLM.Text.Tokenization;

/// <summary>A token matched in the text itself, before it is split into pre-tokens.</summary>
public sealed record AddedToken
{
    /// <summary>The token's id.</summary>
    public required int Id { get; init; }

    /// <summary>The text it matches; not empty.</summary>
    public required string Content { get; init; }

    /// <summary>A control token: never matched in plain text, and decoded to nothing unless requested.</summary>
    public bool Special { get; init; }

    /// <summary>Matches only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space on its left along.</summary>
    public bool LStrip { get; init; }

    /// <summary>Takes the white space on its right along.</summary>
    public bool RStrip { get; init; }

    /// <summary>Matched after the tokens that are not, in the normalised text.</summary>
    public bool Normalized { get; init; }

    /// <summary>
    /// Whether it marks something, such as the end of reasoning, so that a text that is not trusted must not give it: it is special, or is
    /// more than white space. Runs of spaces are added tokens in some vocabularies and say nothing but themselves.
    /// </summary>
    public bool IsMark => Special || !string.IsNullOrWhiteSpace(Content);
}
