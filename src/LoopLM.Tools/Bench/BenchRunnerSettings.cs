namespace LoopLM.Tools.Bench;

/// <summary>What a benchmark asks of a runner.</summary>
/// <param name="Weights">How matrices are held, or <c>auto</c>.</param>
/// <param name="Kv">How keys and values are held, or <c>auto</c>.</param>
/// <param name="Threads">Threads that compute; null for one each processor.</param>
internal sealed record BenchRunnerSettings(string Weights, string Kv, int? Threads);
