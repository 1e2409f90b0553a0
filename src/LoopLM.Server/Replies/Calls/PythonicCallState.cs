namespace LoopLM.Server.Replies.Calls;

/// <summary>Where a <see cref="PythonicCallReader"/> is.</summary>
internal enum PythonicCallState
{
    /// <summary>Before the list of calls.</summary>
    Start,

    /// <summary>Before a function's name.</summary>
    Function,

    /// <summary>In a function's name.</summary>
    FunctionName,

    /// <summary>Before an argument or the end of a call.</summary>
    Argument,

    /// <summary>In an argument's name.</summary>
    ArgumentName,

    /// <summary>In an argument's value.</summary>
    Value,

    /// <summary>After a call of the list.</summary>
    Next,

    /// <summary>After the list.</summary>
    After,
}
