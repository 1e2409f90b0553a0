namespace LoopLM.Server.OpenAi.Responses;

/// <summary>How far a response, or an item of its output, has come.</summary>
internal enum ResponseStatus
{
    /// <summary>It is being generated.</summary>
    InProgress,

    /// <summary>It is all there.</summary>
    Completed,

    /// <summary>It was cut off: by the limit of tokens, or because the model failed.</summary>
    Incomplete,

    /// <summary>The model failed; of responses only.</summary>
    Failed,
}
