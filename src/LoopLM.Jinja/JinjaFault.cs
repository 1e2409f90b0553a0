namespace LoopLM.Jinja;

/// <summary>Carries a <see cref="JinjaError"/> from where it is found to <see cref="JinjaTemplate"/>, which makes a value of it; never leaves the interpreter.</summary>
internal sealed class JinjaFault(JinjaErrorKind kind, string message, int? offset = null) : Exception(message)
{
    public JinjaFault(string message)
        : this(JinjaErrorKind.Failed, message)
    {
    }

    public JinjaErrorKind Kind { get; } = kind;

    /// <summary>Where in the source; null for where the evaluation stands.</summary>
    public int? Offset { get; } = offset;
}
