namespace LoopLM.Engine.Errors;

/// <summary>Why a request was not accepted.</summary>
public enum RejectionReason
{
    /// <summary>A value is out of its range or contradicts another.</summary>
    InvalidValue,

    /// <summary>Prompt and generated tokens do not fit the model's context.</summary>
    ContextExceeded,

    /// <summary>The KV slots of an empty engine would not be enough.</summary>
    KvExceeded,

    /// <summary>As many requests wait as may.</summary>
    QueueFull,

    /// <summary>The model is not loaded yet.</summary>
    Loading,

    /// <summary>The engine is shutting down.</summary>
    Draining,

    /// <summary>The engine has lost its device.</summary>
    Unhealthy,
}
