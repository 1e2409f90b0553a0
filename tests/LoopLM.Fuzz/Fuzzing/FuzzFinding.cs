namespace LoopLM.Fuzz.Fuzzing;

/// <summary>An input that breaks a rule.</summary>
/// <param name="Target">Of which parser.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Number">The input's number in the run; the corpus comes first.</param>
/// <param name="File">Where the input lies.</param>
/// <param name="Reason">What it breaks.</param>
internal sealed record FuzzFinding(string Target, int Seed, long Number, string File, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Target}: input {Number} of seed {Seed}, in {File}: {Reason}";
}
