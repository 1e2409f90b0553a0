namespace LoopLM.Server.Errors;

/// <summary>The kinds of <see cref="RequestError"/>.</summary>
internal enum RequestErrorKind
{
    /// <summary>A field is out of its range or contradicts another.</summary>
    InvalidValue,

    /// <summary>A field has the wrong type.</summary>
    InvalidType,

    /// <summary>A field is missing.</summary>
    MissingField,

    /// <summary>A field requests what the server cannot do.</summary>
    Unsupported,

    /// <summary>A field has a value that requires what the server cannot do; others of its values are supported.</summary>
    UnsupportedValue,

    /// <summary>It has no key, or one that is not known.</summary>
    UnknownKey,

    /// <summary>The client has used up a limit of its own.</summary>
    RateLimited,

    /// <summary>It has more headers than are read.</summary>
    TooManyHeaders,

    /// <summary>No such model is served.</summary>
    UnknownModel,

    /// <summary>The request fits neither the model's context nor the KV slots of an empty engine.</summary>
    ContextExceeded,

    /// <summary>As many requests wait as may.</summary>
    QueueFull,

    /// <summary>Bodies or answers on their way hold as much memory as they may.</summary>
    Overloaded,

    /// <summary>It has waited for admission for as long as requests may.</summary>
    QueueTimeout,

    /// <summary>The model is being loaded.</summary>
    Loading,

    /// <summary>The server is shutting down.</summary>
    Draining,

    /// <summary>The engine cannot work any more.</summary>
    Unhealthy,

    /// <summary>The model failed on this request.</summary>
    Failed,
}
