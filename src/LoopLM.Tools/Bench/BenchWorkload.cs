namespace LoopLM.Tools.Bench;

/// <summary>What a benchmark asks of the engine.</summary>
/// <param name="Prompts">Token ids of each request; all run at once.</param>
/// <param name="Generate">Tokens that each generates.</param>
/// <param name="Refill">Whether rows start while others are in flight.</param>
internal sealed record BenchWorkload(IReadOnlyList<int[]> Prompts, int Generate, bool Refill);
