using System.Threading.RateLimiting;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Access;

/// <summary>Who uses the server, and what of it is left to them.</summary>
/// <param name="name">The name of their key.</param>
/// <param name="limits">Their own limits.</param>
/// <param name="defaults">The limits where they have none of their own.</param>
/// <param name="time">The clock of the limits.</param>
/// <param name="weight">Their share in relation to other keys; null without a key.</param>
internal sealed class Client(
    string name, RateLimitOptions limits, RateLimitOptions defaults, TimeProvider time, int? weight = null) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Their share in relation to other keys; null without a key.</summary>
    public int? Weight { get; } = weight;

    /// <summary>Requests; null where they are not limited.</summary>
    public TokenBucket? Requests { get; } = Budget(limits.RequestsPerMinute ?? defaults.RequestsPerMinute, time);

    /// <summary>Tokens; null where they are not limited.</summary>
    public TokenBucket? Tokens { get; } = Budget(limits.TokensPerMinute ?? defaults.TokensPerMinute, time);

    /// <summary>Requests at once; null where they are not limited.</summary>
    public ConcurrencyLimiter? Concurrency { get; } =
        (limits.ConcurrentRequests ?? defaults.ConcurrentRequests) is { } most
            ? new(new ConcurrencyLimiterOptions { PermitLimit = most })
            : null;

    public void Dispose() => Concurrency?.Dispose();

    private static TokenBucket? Budget(int? limit, TimeProvider time) => limit is { } most ? new(most, time) : null;
}
