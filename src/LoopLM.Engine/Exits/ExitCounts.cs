using LoopLM.Engine.Kv;

namespace LoopLM.Engine.Exits;

/// <summary>Generated tokens by where and why they left.</summary>
public struct ExitCounts
{
    private LoopCounts _bySteps;

    /// <summary>By the loop at which they left.</summary>
    public readonly LoopCounts BySteps => _bySteps;

    /// <summary>Those that left because their policy said so.</summary>
    public long ByPolicy { get; private set; }

    /// <summary>Those that ran as many loops as they may.</summary>
    public long AtMaxLoops { get; private set; }

    /// <summary>First tokens, which come out of the prompt's loops.</summary>
    public long OfPrompts { get; private set; }

    internal void Add(int exitStep, ExitReason reason)
    {
        _bySteps.Add(exitStep);
        switch (reason)
        {
            case ExitReason.Prompt:
                OfPrompts++;
                break;
            case ExitReason.MaxLoops or ExitReason.Fixed:
                AtMaxLoops++;
                break;
            default:
                ByPolicy++;
                break;
        }
    }
}
