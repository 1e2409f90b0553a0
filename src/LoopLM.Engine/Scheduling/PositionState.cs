namespace LoopLM.Engine.Scheduling;

/// <summary>Where a position of a sequence is on its way from its token to the token that follows it.</summary>
internal enum PositionState
{
    /// <summary>Its token is known, and no row runs it yet.</summary>
    Waiting,

    /// <summary>A row runs it: every tick advances it one loop.</summary>
    Looping,

    /// <summary>It has left the loops. It is a draft: a position before it may still replace its token.</summary>
    Exited,

    /// <summary>It has left the loops, and its token is certain. The head chooses the next token as soon as it may.</summary>
    Confirmed,

    /// <summary>The next token is chosen, and the loops after its exit run for the report alone.</summary>
    Observing,

    /// <summary>Everything about it has been reported.</summary>
    Published,

    /// <summary>A position before it decided on another token.</summary>
    Dropped,
}

/// <summary>What can happen to a position.</summary>
internal enum PositionChange
{
    Start,
    Exit,
    Confirm,
    Observe,
    Publish,
    Drop,
}

/// <summary>The transitions of a position.</summary>
internal static class PositionStates
{
    /// <summary>The state that follows from a change.</summary>
    /// <exception cref="InvalidOperationException">The change cannot happen in this state.</exception>
    public static PositionState After(this PositionState state, PositionChange change) => (state, change) switch
    {
        (PositionState.Waiting, PositionChange.Start) => PositionState.Looping,
        (PositionState.Looping, PositionChange.Exit) => PositionState.Exited,
        (PositionState.Exited, PositionChange.Confirm) => PositionState.Confirmed,
        (PositionState.Confirmed, PositionChange.Observe) => PositionState.Observing,
        (PositionState.Confirmed or PositionState.Observing, PositionChange.Publish) => PositionState.Published,
        (PositionState.Waiting or PositionState.Looping or PositionState.Exited, PositionChange.Drop) => PositionState.Dropped,
        _ => throw new InvalidOperationException($"A position that is {state} cannot {change}."),
    };
}
