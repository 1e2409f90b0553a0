namespace LoopLM.Server.Tests.Allocation;

/// <summary>
/// Measures what the process allocates from mark to mark. The least counts: what a token allocates comes
/// every time, what others do now and then does not.
/// </summary>
internal sealed class AllocationMeter
{
    private long? _before;

    /// <summary>The fewest bytes between two neighbouring marks.</summary>
    public long Least { get; private set; } = long.MaxValue;

    /// <summary>Ends one measurement and begins the next.</summary>
    public void Mark()
    {
        var now = GC.GetTotalAllocatedBytes(precise: true);
        Least = Math.Min(Least, now - _before ?? long.MaxValue);
        _before = now;
    }
}
