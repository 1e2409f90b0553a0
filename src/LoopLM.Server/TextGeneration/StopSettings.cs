using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>What ends a text before it has all of its tokens.</summary>
internal sealed record StopSettings
{
    /// <summary>Strings that end the text.</summary>
    public IReadOnlyList<string> Strings { get; init; } = [];

    /// <summary>Tokens that end the text beside the model's own.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Whether the stop string or stop token that ends the text is part of it.</summary>
    public bool Include { get; init; }

    /// <summary>Tokens before which neither a stop token nor a stop string may come.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether the model's own end of text ends nothing.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>The first limit that the settings break; null where they break none. The engine checks the tokens.</summary>
    /// <param name="limits">The limits.</param>
    public RequestError? Check(LimitOptions limits) =>
        FieldLimits.Count("stop_token_ids", Tokens.Count, limits.MaxStopTokens)
        ?? FieldLimits.Texts("stop", Strings, limits.MaxStopStrings, limits.MaxStopLength);
}
