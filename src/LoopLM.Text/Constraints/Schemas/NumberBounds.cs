namespace LoopLM.Text.Constraints.Schemas;

/// <summary>What <c>minimum</c>, <c>maximum</c> and their exclusive forms say together.</summary>
/// <param name="Min">The lower bound; null for none.</param>
/// <param name="AboveMin">Whether the lower bound itself is left out.</param>
/// <param name="Max">The upper bound; null for none.</param>
/// <param name="BelowMax">Whether the upper bound itself is left out.</param>
/// <param name="Keyword">One of the keywords, for messages.</param>
internal readonly record struct NumberBounds(decimal? Min, bool AboveMin, decimal? Max, bool BelowMax, string Keyword)
{
    /// <summary>Whether there is no bound at all.</summary>
    public bool IsOpen => Min is null && Max is null;
}
