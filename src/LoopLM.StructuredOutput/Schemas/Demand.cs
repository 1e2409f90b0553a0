namespace LoopLM.StructuredOutput.Schemas;

/// <summary>A subschema that a value has to match, or must not match.</summary>
/// <param name="At">The subschema.</param>
/// <param name="Identity">The subschema's number, see <see cref="SchemaReferences.Identity"/>.</param>
/// <param name="IsNegated">Whether it must not match.</param>
/// <param name="Cause">The demand on the same value that it comes from; null for the first.</param>
/// <param name="IsPart">Whether it is one of several that its cause puts together.</param>
internal sealed record Demand(SchemaLocation At, int Identity, bool IsNegated = false, Demand? Cause = null, bool IsPart = false)
{
    /// <summary>Equal for demands that ask for the same.</summary>
    public long Key => ((long)Identity << 1) | (IsNegated ? 1L : 0);

    /// <summary>Equal for the demand that asks for the opposite.</summary>
    public long OppositeKey => Key ^ 1;

    /// <summary>The same demand without its cause, for another value.</summary>
    public Demand Alone => Cause is null && !IsPart ? this : this with { Cause = null, IsPart = false };

    /// <summary>This demand, and those that it comes from.</summary>
    public IEnumerable<Demand> Causes()
    {
        for (var demand = this; demand is not null; demand = demand.Cause)
        {
            yield return demand;
        }
    }
}
