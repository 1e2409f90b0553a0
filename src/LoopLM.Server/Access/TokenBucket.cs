namespace LoopLM.Server.Access;

/// <summary>
/// So many of something a minute. It fills up evenly with time, up to that number. Safe from any thread.
/// It counts in parts, because .NET's token bucket tells whole ones only, from which nobody can say when there will be enough.
/// </summary>
/// <param name="limit">How many, from 1.</param>
/// <param name="time">Its clock.</param>
internal sealed class TokenBucket(int limit, TimeProvider time)
{
    /// <summary>Parts of one. As many come with every tick of 100 ns as the limit says.</summary>
    private const long Parts = TimeSpan.TicksPerMinute;

    private readonly Lock _lock = new();
    private long _parts = limit * Parts;
    private long _filledAt = time.GetTimestamp();

    public int Limit { get; } = limit;

    /// <summary>How many there are now, whole ones.</summary>
    public int Remaining
    {
        get
        {
            lock (_lock)
            {
                return (int)(Fill() / Parts);
            }
        }
    }

    /// <summary>Takes some, all or none; at most <see cref="Limit"/>.</summary>
    public bool TryTake(int count)
    {
        lock (_lock)
        {
            if (count * Parts > Fill())
            {
                return false;
            }

            _parts -= count * Parts;
            return true;
        }
    }

    /// <summary>How long until there are so many, at most <see cref="Limit"/>; zero where there are.</summary>
    public TimeSpan TimeUntil(int count)
    {
        lock (_lock)
        {
            return TimeSpan.FromTicks((Math.Max(0, (count * Parts) - Fill()) + Limit - 1) / Limit);
        }
    }

    private long Fill()
    {
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(_filledAt, now).Ticks;
        _filledAt = now;
        _parts = Math.Min(Limit * Parts, _parts + (Math.Min(passed, TimeSpan.TicksPerMinute) * Limit));
        return _parts;
    }
}
