namespace LoopLM.Engine.Requests;

/// <summary>The kinds of <see cref="GenerationEvent"/>.</summary>
public enum GenerationEventKind
{
    /// <summary>A token of the prompt was scored. All of these come before the first generated token.</summary>
    PromptToken,

    /// <summary>A token was generated.</summary>
    Token,

    /// <summary>The generation is complete or was cancelled.</summary>
    Finished,

    /// <summary>The generation ended in an error.</summary>
    Failed,
}
