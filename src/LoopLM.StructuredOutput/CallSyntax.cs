namespace LoopLM.StructuredOutput;

/// <summary>How a model writes function calls. The parts are written as they are; name and arguments come between them.</summary>
/// <param name="BeforeName">Such as <c>{"name": "</c>.</param>
/// <param name="BeforeArguments">Such as <c>", "arguments": </c>.</param>
/// <param name="End">Such as <c>}</c>.</param>
/// <param name="Separator">What stands between two calls.</param>
public sealed record CallSyntax(string BeforeName, string BeforeArguments, string End, string Separator)
{
    /// <summary>Characters that no argument's name has in <see cref="ArgumentSyntax.Keywords"/>.</summary>
    public const string NotInKeywords = "()[]{},='\"\n";

    /// <summary>What stands before the first call.</summary>
    public string Start { get; init; } = "";

    /// <summary>What stands behind the last call.</summary>
    public string Close { get; init; } = "";

    /// <summary>How arguments are written.</summary>
    public ArgumentSyntax Arguments { get; init; }
}
