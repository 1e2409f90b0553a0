namespace LoopLM.Jinja.Syntax;

/// <summary>An expression.</summary>
/// <param name="Offset">Where it stands in the source; for an operator, that of its sign.</param>
internal abstract record Expression(int Offset)
{
    internal sealed record Constant(int Offset, JinjaValue Value) : Expression(Offset);

    internal sealed record Variable(int Offset, string Name) : Expression(Offset);

    internal sealed record Sequence(int Offset, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Offset);

    internal sealed record Mapping(int Offset, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(Offset);

    internal sealed record Member(int Offset, Expression Target, string Name) : Expression(Offset);

    internal sealed record Index(int Offset, Expression Target, Expression Key) : Expression(Offset);

    internal sealed record Slice(int Offset, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Offset);

    internal sealed record Call(int Offset, Expression Target, ArgumentList Arguments) : Expression(Offset);

    internal sealed record Filter(int Offset, Expression Subject, string Name, ArgumentList Arguments) : Expression(Offset);

    internal sealed record Test(int Offset, Expression Subject, string Name, ArgumentList Arguments) : Expression(Offset);

    /// <summary>Sign: <c>not</c>, <c>-</c> or <c>+</c>.</summary>
    internal sealed record Unary(int Offset, string Sign, Expression Operand) : Expression(Offset);

    /// <summary>Sign: an arithmetic one, <c>~</c>, <c>and</c> or <c>or</c>.</summary>
    internal sealed record Binary(int Offset, string Sign, Expression Left, Expression Right) : Expression(Offset);

    /// <summary>A chain such as <c>a &lt; b &lt;= c</c>; signs include <c>in</c> and <c>not in</c>.</summary>
    internal sealed record Comparison(int Offset, Expression First, IReadOnlyList<(string Sign, Expression Operand)> Rest) : Expression(Offset);

    internal sealed record Conditional(int Offset, Expression Condition, Expression Then, Expression? Else) : Expression(Offset);
}
