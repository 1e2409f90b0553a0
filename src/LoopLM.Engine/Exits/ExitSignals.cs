namespace LoopLM.Engine.Exits;

/// <summary>What an exit policy reads after each loop; what nobody reads is not computed.</summary>
[Flags]
public enum ExitSignals
{
    /// <summary>Nothing: the exit step is known beforehand.</summary>
    None = 0,

    /// <summary>The gate logit of the loop.</summary>
    Gate = 1,

    /// <summary>The relative change of the state in the loop.</summary>
    StateChange = 2,
}

/// <summary>Tests of <see cref="ExitSignals"/>.</summary>
internal static class ExitSignalsExtensions
{
    /// <summary>Whether a signal is among others; unlike <see cref="Enum.HasFlag"/> it never allocates, optimised or not.</summary>
    public static bool Has(this ExitSignals signals, ExitSignals signal) => (signals & signal) != 0;
}
