namespace LoopLM.Jinja.Syntax;

/// <summary>A parameter of a macro; without a default, a missing argument is undefined.</summary>
internal sealed record MacroParameter(string Name, Expression? Default);
