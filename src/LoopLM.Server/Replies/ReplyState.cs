namespace LoopLM.Server.Replies;

/// <summary>Where in a reply a <see cref="ReplyReader"/> is.</summary>
internal enum ReplyState
{
    /// <summary>Before anything that tells whether there is reasoning.</summary>
    Start,

    /// <summary>Within reasoning.</summary>
    Reasoning,

    /// <summary>In the answer.</summary>
    Answer,

    /// <summary>In what is, or may be, a call of a tool.</summary>
    Call,
}
