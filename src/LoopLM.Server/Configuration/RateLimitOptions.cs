using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>
/// Section <c>RateLimits</c>, and the same settings of a key, which go before: what a client may use. Null limits nothing.
/// </summary>
public class RateLimitOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "RateLimits";

    /// <summary>Requests a minute, from 1. Unused ones gather up to this number.</summary>
    [Range(1, int.MaxValue)]
    public int? RequestsPerMinute { get; set; }

    /// <summary>
    /// Tokens a minute, from 1: of each choice those of its prompt and the most that it may generate. Unused ones gather up to this number.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? TokensPerMinute { get; set; }

    /// <summary>Requests at once, from 1.</summary>
    [Range(1, int.MaxValue)]
    public int? ConcurrentRequests { get; set; }
}
