namespace LoopLM.Text.Jinja.Syntax;

/// <summary>A statement.</summary>
/// <param name="Offset">Where it stands in the source.</param>
internal abstract record Statement(int Offset)
{
    internal sealed record Data(int Offset, MarkedText Text) : Statement(Offset);

    internal sealed record Output(int Offset, Expression Value) : Statement(Offset);

    internal sealed record If(int Offset, IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else)
        : Statement(Offset);

    internal sealed record For(
        int Offset, IReadOnlyList<string> Targets, Expression Items, Expression? Condition, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else)
        : Statement(Offset);

    /// <summary>Several names take the items of a list.</summary>
    internal sealed record Set(int Offset, IReadOnlyList<string> Targets, Expression Value) : Statement(Offset);

    internal sealed record SetMember(int Offset, string Target, string Member, Expression Value) : Statement(Offset);

    /// <summary>Renders a body into the variable <see cref="StatementParser.Captured"/>, then evaluates <paramref name="Value"/>: into a variable, or as output for null.</summary>
    internal sealed record Capture(int Offset, string? Target, IReadOnlyList<Statement> Body, Expression Value) : Statement(Offset);

    internal sealed record Macro(int Offset, string Name, IReadOnlyList<MacroParameter> Parameters, IReadOnlyList<Statement> Body) : Statement(Offset);

    /// <summary>Calls a macro that can call the body back as <c>caller()</c>.</summary>
    internal sealed record CallBlock(int Offset, Expression.Call Call, Macro Caller) : Statement(Offset);

    /// <summary>A body without an effect of its own.</summary>
    internal sealed record Group(int Offset, IReadOnlyList<Statement> Body) : Statement(Offset);

    internal sealed record Break(int Offset) : Statement(Offset);

    internal sealed record Continue(int Offset) : Statement(Offset);
}
