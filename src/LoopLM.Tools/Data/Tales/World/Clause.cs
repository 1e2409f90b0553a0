namespace LoopLM.Tools.Data.Tales.World;

/// <summary>A need or an effect of an event: <c>hold b o</c>.</summary>
/// <param name="Verb">What it says.</param>
/// <param name="Words">Roles of the event, by their letters, or fixed words.</param>
internal sealed record Clause(string Verb, string[] Words)
{
    /// <summary>Reads clauses with commas between them.</summary>
    public static Clause[] List(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(clause => clause.Split(' '))
            .Select(words => new Clause(words[0], words[1..]))];
}
