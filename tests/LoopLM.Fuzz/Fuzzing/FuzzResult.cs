namespace LoopLM.Fuzz.Fuzzing;

/// <summary>What a run has done and found.</summary>
/// <param name="Inputs">Inputs that were fed, the corpus included.</param>
/// <param name="Accepted">Those that the parser took.</param>
/// <param name="Learnt">Those that reached what no other had, and were kept for more mutations; none without coverage.</param>
/// <param name="Slowest">The time of the slowest.</param>
/// <param name="MostAllocated">Bytes that one of them allocated, at most.</param>
/// <param name="Findings">The first input that breaks each rule.</param>
internal sealed record FuzzResult(
    long Inputs, long Accepted, int Learnt, TimeSpan Slowest, long MostAllocated, IReadOnlyList<FuzzFinding> Findings);
