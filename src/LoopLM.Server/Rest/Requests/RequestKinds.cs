namespace LoopLM.Server.Rest.Requests;

/// <summary>The kinds of requests, by what their bodies may hold.</summary>
[Flags]
internal enum RequestKinds
{
    /// <summary>Continues prompts.</summary>
    Completion = 1,

    /// <summary>Answers a conversation.</summary>
    Chats = 2,

    /// <summary>Answers a conversation in OpenAI's newer form.</summary>
    Response = 4,

    /// <summary>Answers one prompt at several depths.</summary>
    Comparison = 8,

    /// <summary>Asks what the model reads; nothing is generated.</summary>
    Tokenizing = 16,

    /// <summary>All that generate.</summary>
    Generating = Completion | Chats | Response | Comparison,

    /// <summary>All.</summary>
    Any = Generating | Tokenizing,
}
