using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class PositionStatesTests
{
    /// <summary>Every transition there is, as "state change next".</summary>
    private static readonly string[] s_table =
    [
        "Waiting Start Looping",
        "Looping Exit Exited",
        "Exited Confirm Confirmed",
        "Confirmed Observe Observing",
        "Confirmed Publish Published",
        "Observing Publish Published",
        "Waiting Drop Dropped",
        "Looping Drop Dropped",
        "Exited Drop Dropped",
    ];

    [Fact]
    public void After_EveryStateAndChange_FollowsTheTable()
    {
        var found = Enum.GetValues<PositionState>()
            .SelectMany(state => Enum.GetValues<PositionChange>(), (state, change) => (state, change))
            .Select(pair => TryApply(pair.state, pair.change))
            .OfType<string>();

        Assert.Equal(s_table.Order(), found.Order());
    }

    private static string? TryApply(PositionState state, PositionChange change)
    {
        try
        {
            return $"{state} {change} {state.After(change)}";
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
