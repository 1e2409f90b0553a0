namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The kinds of <see cref="ReplyPart"/>.</summary>
internal enum ReplyPartKind
{
    /// <summary>A thought.</summary>
    Reasoning,

    /// <summary>The answer.</summary>
    Content,

    /// <summary>A call of a tool.</summary>
    ToolCall,
}
