namespace LoopLM.Jinja.Execution;

/// <summary>Where a statement leads.</summary>
internal enum Flow
{
    /// <summary>To the next statement.</summary>
    Next,

    /// <summary>Out of the loop.</summary>
    Break,

    /// <summary>To the next item of the loop.</summary>
    Continue,
}
