namespace LoopLM.Jinja.Syntax;

/// <summary>A statement.</summary>
/// <param name="Offset">Where it stands in the source.</param>
internal abstract record Statement(int Offset)
{
    internal sealed record Data(int Offset, MarkedText Text) : Statement(Offset);

    internal sealed record Output(int Offset, Expression Value) : Statement(Offset);

    internal sealed record If(int Offset, IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else)
        : Statement(Offset);

    internal sealed record For(
        int Offset, AssignTarget Target, Expression Items, Expression? Condition, bool IsRecursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else)
        : Statement(Offset);

    internal sealed record Set(int Offset, AssignTarget Target, Expression Value) : Statement(Offset);

    /// <summary>Renders a body into the variable <see cref="StatementParser.Captured"/>, then evaluates <paramref name="Value"/>: into a target, or as output for null.</summary>
    internal sealed record Capture(int Offset, AssignTarget? Target, IReadOnlyList<Statement> Body, Expression Value) : Statement(Offset);

    /// <summary>Gives a body variables of its own.</summary>
    internal sealed record With(int Offset, IReadOnlyList<(AssignTarget Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body) : Statement(Offset);

    /// <summary>A named body; unless it is scoped, it sees the variables of the whole template only.</summary>
    internal sealed record Block(int Offset, bool IsScoped, IReadOnlyList<Statement> Body) : Statement(Offset);

    /// <summary>A body whose output is escaped where the condition holds.</summary>
    internal sealed record Autoescape(int Offset, Expression Condition, IReadOnlyList<Statement> Body) : Statement(Offset);

    /// <summary>TakesMore and TakesMoreNamed: whether its body reads <c>varargs</c> and <c>kwargs</c>, the arguments without a parameter.</summary>
    internal sealed record Macro(
        int Offset, string Name, IReadOnlyList<MacroParameter> Parameters, IReadOnlyList<Statement> Body, bool TakesMore, bool TakesMoreNamed)
        : Statement(Offset);

    /// <summary>Calls a macro that can call the body back as <c>caller()</c>.</summary>
    internal sealed record CallBlock(int Offset, Expression.Call Call, Macro Caller) : Statement(Offset);

    /// <summary>A body without an effect of its own.</summary>
    internal sealed record Group(int Offset, IReadOnlyList<Statement> Body) : Statement(Offset);

    internal sealed record Break(int Offset) : Statement(Offset);

    internal sealed record Continue(int Offset) : Statement(Offset);
}
