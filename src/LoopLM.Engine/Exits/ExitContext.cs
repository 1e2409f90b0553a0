namespace LoopLM.Engine.Exits;

/// <summary>What an exit policy decides on, after one loop of one generated token.</summary>
/// <param name="Loop">The loop that has just run, from 1.</param>
/// <param name="Threshold">The request's threshold, in the policy's own unit.</param>
/// <param name="Distribution">The exit distribution over the loops so far; all its loops count, also those below <c>min_loops</c>.</param>
/// <param name="StateChange">|h_t - h_(t-1)| / |h_t|; +infinity at loop 1. Defined only for policies that read it.</param>
/// <param name="TraceStep">The exit step that the request's trace prescribes for this token; 0 without a trace.</param>
public readonly record struct ExitContext(
    int Loop, float Threshold, ExitDistribution Distribution, float StateChange, int TraceStep);
