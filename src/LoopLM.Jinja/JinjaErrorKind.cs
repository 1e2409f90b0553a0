namespace LoopLM.Jinja;

/// <summary>The kinds of <see cref="JinjaError"/>.</summary>
public enum JinjaErrorKind
{
    /// <summary>The template is malformed, or uses what the interpreter does not have.</summary>
    Syntax,

    /// <summary>The template refused its data with <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>The template does not suit its data: an operation on the wrong type, a value that is missing.</summary>
    Failed,

    /// <summary>The rendering spent more than a <see cref="JinjaLimits"/> allows.</summary>
    LimitExceeded,
}
