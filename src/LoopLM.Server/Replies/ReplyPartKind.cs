namespace LoopLM.Server.Replies;

/// <summary>The kinds of <see cref="ReplyPart"/>.</summary>
internal enum ReplyPartKind
{
    /// <summary>Reasoning.</summary>
    Reasoning,

    /// <summary>The answer.</summary>
    Content,

    /// <summary>The beginning of a call of a tool, or all of it.</summary>
    ToolCall,

    /// <summary>More arguments of the call before.</summary>
    ToolArguments,
}
