namespace LoopLM.StructuredOutput;

/// <summary>How the value of a parameter is written in <see cref="ArgumentSyntax.Tags"/>.</summary>
public enum ParameterSpelling
{
    /// <summary>As JSON.</summary>
    Json,

    /// <summary>A string, as it is.</summary>
    Text,

    /// <summary>A string, as it is, or <c>null</c>.</summary>
    TextOrNull,

    /// <summary>A string, as it is or as JSON.</summary>
    Quoted,
}
