namespace LoopLM.Jinja.Syntax;

/// <summary>The arguments of a call, a filter or a test.</summary>
/// <param name="Positional">Those without a name.</param>
/// <param name="Named">Those with a name.</param>
/// <param name="Unpacked">A list of more without a name, behind <c>*</c>.</param>
/// <param name="UnpackedNamed">A mapping of more with a name, behind <c>**</c>.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Unpacked = null, Expression? UnpackedNamed = null)
{
    public static ArgumentList Empty { get; } = new([], []);
}
