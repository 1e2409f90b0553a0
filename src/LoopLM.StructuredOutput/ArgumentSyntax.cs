namespace LoopLM.StructuredOutput;

/// <summary>The ways in which models write the arguments of a call.</summary>
public enum ArgumentSyntax
{
    /// <summary>A JSON object.</summary>
    Json,

    /// <summary>Lines of <c>&lt;parameter=name&gt;</c>, the value, <c>&lt;/parameter&gt;</c>; values are spelled as <see cref="ParameterSpelling"/> says.</summary>
    Tags,

    /// <summary>Python's keyword arguments, such as <c>a=1, b=True</c>.</summary>
    Keywords,
}
