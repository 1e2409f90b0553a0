using LoopLM.Engine.Kv;

namespace LoopLM.Tools.Parity;

/// <summary>One adaptive greedy decode as the reference did it.</summary>
/// <param name="Prompt">Index of its prompt.</param>
/// <param name="Threshold">The q of q-exit.</param>
/// <param name="MinLoops">The first loop at which a token may leave.</param>
/// <param name="Layout">The KV layout.</param>
/// <param name="Tokens">The generated token ids.</param>
/// <param name="ExitSteps">The loop at which each left, from 1.</param>
internal sealed record GoldenTrace(int Prompt, float Threshold, int MinLoops, KvLayout Layout, int[] Tokens, int[] ExitSteps);
