namespace LoopLM.Text.Constraints;

/// <summary>How a model writes a function call. The parts are written as they are; name and arguments come between them.</summary>
/// <param name="BeforeName">Such as <c>{"name": "</c>.</param>
/// <param name="BeforeArguments">Such as <c>", "arguments": </c>.</param>
/// <param name="End">Such as <c>}</c>.</param>
/// <param name="Separator">What stands between two calls.</param>
public sealed record CallSyntax(string BeforeName, string BeforeArguments, string End, string Separator);
