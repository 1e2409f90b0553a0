namespace LoopLM.Tools.Eval;

/// <summary>Answers that greedy decoding gives where later tokens see a part of the earlier ones' keys and values.</summary>
/// <param name="Strategy">What they see.</param>
/// <param name="Threshold">Threshold of q-exit; 1 runs all loops.</param>
/// <param name="Problems">Questions asked.</param>
/// <param name="Exact">Share of answers that are right in every token.</param>
/// <param name="MeanExitStep">
/// Mean exit step of the answers' tokens after the first, which the prompt pass gives at full depth; 0 where there are none.
/// </param>
internal sealed record KvStrategyScore(string Strategy, float Threshold, int Problems, double Exact, double MeanExitStep);
