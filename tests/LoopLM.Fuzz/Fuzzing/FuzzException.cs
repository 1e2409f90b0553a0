namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Something that must hold of every input does not hold of one.</summary>
/// <param name="rule">What must hold; findings of one rule count as one.</param>
/// <param name="found">What was found.</param>
internal sealed class FuzzException(string rule, string found) : Exception($"{rule}: {found}")
{
    /// <summary>What must hold.</summary>
    public string Rule { get; } = rule;

    /// <summary>Throws where something does not hold.</summary>
    public static void Require(bool holds, string rule, string found)
    {
        if (!holds)
        {
            throw new FuzzException(rule, found);
        }
    }
}
