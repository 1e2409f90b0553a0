namespace LoopLM.Engine.Exits;

/// <summary>The exit settings of one request with every default filled in.</summary>
internal sealed record ExitRule(
    IExitPolicy Policy, float Threshold, int MinLoops, int MaxLoops, ReadOnlyMemory<int> Trace)
{
    public ExitSignals Reads { get; } = Policy.Reads(Threshold);

    /// <summary>Why a token after the first left at an exit step.</summary>
    public ExitReason ReasonFor(int exitStep) => (exitStep >= MaxLoops, Reads == ExitSignals.None) switch
    {
        (true, true) => ExitReason.Fixed,
        (true, false) => ExitReason.MaxLoops,
        (false, true) => ExitReason.Policy,
        (false, false) => ExitReason.Threshold,
    };

    /// <summary>Whether a generated token leaves after a loop.</summary>
    /// <param name="token">Index of the token among the generated ones, from 0.</param>
    /// <param name="loop">The loop that has just run, from 1.</param>
    /// <param name="distribution">The token's exit distribution so far.</param>
    /// <param name="stateChange">The relative change of its state, where the policy reads it.</param>
    public bool ShouldExit(int token, int loop, in ExitDistribution distribution, float stateChange)
    {
        if (loop >= MaxLoops)
        {
            return true;
        }

        var traceStep = token < Trace.Length ? Trace.Span[token] : 0;
        return loop >= MinLoops
            && Policy.ShouldExit(new ExitContext(loop, Threshold, distribution, stateChange, traceStep));
    }
}
