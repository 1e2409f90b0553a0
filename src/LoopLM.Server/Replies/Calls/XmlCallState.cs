namespace LoopLM.Server.Replies.Calls;

/// <summary>Where an <see cref="XmlCallReader"/> is.</summary>
internal enum XmlCallState
{
    /// <summary>Before the function.</summary>
    Start,

    /// <summary>In the function's name.</summary>
    FunctionName,

    /// <summary>Before a parameter or the end of the function.</summary>
    Body,

    /// <summary>In a parameter's name.</summary>
    ParameterName,

    /// <summary>In a parameter's value.</summary>
    Value,

    /// <summary>After the function.</summary>
    After,
}
