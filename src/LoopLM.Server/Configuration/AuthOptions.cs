using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Auth</c>: who may use the server.</summary>
public sealed class AuthOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Auth";

    /// <summary>The keys. Without any, everyone who reaches the server may use it.</summary>
    [ValidateEnumeratedItems]
    public IList<ApiKeyOptions> Keys { get; init; } = [];

    /// <summary>Whether metrics need no key.</summary>
    public bool OpenMetrics { get; set; }
}
