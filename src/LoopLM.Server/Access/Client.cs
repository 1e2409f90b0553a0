using System.Threading.RateLimiting;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Access;

/// <summary>Who uses the server, and what of it is left to them.</summary>
/// <param name="name">The name of their key.</param>
/// <param name="limits">Their own limits.</param>
/// <param name="defaults">The limits where they have none of their own.</param>
internal sealed class Client(string name, RateLimitOptions limits, RateLimitOptions defaults) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Requests; null where they are not limited.</summary>
    public MinuteBudget? Requests { get; } = Budget(limits.RequestsPerMinute ?? defaults.RequestsPerMinute);

    /// <summary>Tokens; null where they are not limited.</summary>
    public MinuteBudget? Tokens { get; } = Budget(limits.TokensPerMinute ?? defaults.TokensPerMinute);

    /// <summary>Requests at once; null where they are not limited.</summary>
    public ConcurrencyLimiter? Places { get; } =
        (limits.ConcurrentRequests ?? defaults.ConcurrentRequests) is { } most ? new(new ConcurrencyLimiterOptions { PermitLimit = most }) : null;

    public void Dispose()
    {
        Requests?.Dispose();
        Tokens?.Dispose();
        Places?.Dispose();
    }

    private static MinuteBudget? Budget(int? limit) => limit is { } most ? new(most) : null;
}
