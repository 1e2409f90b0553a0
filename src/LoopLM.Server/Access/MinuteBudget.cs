using System.Threading.RateLimiting;

namespace LoopLM.Server.Access;

/// <summary>So many of something a minute. It fills up evenly with time, up to that number. Safe from any thread.</summary>
/// <param name="limit">How many, from 1.</param>
internal sealed class MinuteBudget(int limit) : IDisposable
{
    private readonly TokenBucketRateLimiter _bucket = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = limit,
        TokensPerPeriod = limit,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1),
        AutoReplenishment = false,
    });

    public int Limit { get; } = limit;

    /// <summary>How many there are now.</summary>
    public int Remaining
    {
        get
        {
            _bucket.TryReplenish();
            return (int)_bucket.GetStatistics()!.CurrentAvailablePermits;
        }
    }

    /// <summary>Takes some, all or none; at most <see cref="Limit"/>.</summary>
    public bool TryTake(int count)
    {
        _bucket.TryReplenish();
        using var lease = _bucket.AttemptAcquire(count);
        return lease.IsAcquired;
    }

    /// <summary>Whole seconds until there are so many, at most <see cref="Limit"/>; 0 where there are.</summary>
    public int SecondsUntil(int count) => (int)Math.Ceiling(Math.Max(0, count - Remaining) * 60.0 / Limit);

    public void Dispose() => _bucket.Dispose();
}
