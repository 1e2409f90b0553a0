namespace LoopLM.Engine.Exits;

/// <summary>Why a generated token left at its exit step.</summary>
internal enum ExitReason
{
    /// <summary>It is the first token, which comes out of the prompt's loops.</summary>
    Prompt,

    /// <summary>A policy that reads the gate or the state's change let it leave.</summary>
    Threshold,

    /// <summary>A policy that reads neither let it leave.</summary>
    Policy,

    /// <summary>It ran as many loops as it may, and its policy could have let it leave earlier.</summary>
    MaxLoops,

    /// <summary>It ran as many loops as it may, and nothing was read that could have let it leave earlier.</summary>
    Fixed,
}
