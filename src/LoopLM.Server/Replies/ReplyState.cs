namespace LoopLM.Server.Replies;

/// <summary>Where in a reply a <see cref="ReplyReader"/> stands.</summary>
internal enum ReplyState
{
    /// <summary>Before anything that tells whether there is a thought.</summary>
    Start,

    /// <summary>Within a thought.</summary>
    Thought,

    /// <summary>In the answer.</summary>
    Answer,

    /// <summary>In what is, or may be, a call of a tool.</summary>
    Call,
}
