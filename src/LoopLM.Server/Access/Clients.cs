using System.Security.Cryptography;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Access;

/// <summary>Knows clients by their keys. Without keys there is one, whom everyone is.</summary>
internal sealed class Clients : IDisposable
{
    private const string Scheme = "Bearer ";

    /// <summary>Headers that hold a key alone: Anthropic's and Azure's.</summary>
    private static readonly string[] s_keyHeaders = ["x-api-key", "api-key"];

    private readonly (byte[] Hash, Client Client)[] _byKey;
    private readonly Client? _anonymous;

    public Clients(IOptions<AuthOptions> auth, IOptions<RateLimitOptions> limits, TimeProvider time)
    {
        _byKey = [.. auth.Value.Keys.Select(key =>
            (Convert.FromHexString(key.Sha256), new Client(key.Name, key, limits.Value, time, key.Weight)))];
        _anonymous = _byKey.Length == 0 ? new Client("anonymous", limits.Value, limits.Value, time) : null;
    }

    /// <summary>Whether anyone may use the server.</summary>
    public bool AreOpen => _anonymous is not null;

    /// <summary>Whether a request has a header for a key, whatever is in it.</summary>
    public static bool HasKey(IHeaderDictionary headers) => headers.Authorization.Count > 0 || s_keyHeaders.Any(headers.ContainsKey);

    /// <summary>
    /// The client whose key a request has; null where it has none. <c>Authorization</c> goes before the other headers, which are not read
    /// beside it. The time that it takes says nothing about the keys.
    /// </summary>
    public Client? Find(IHeaderDictionary headers)
    {
        if (_anonymous is not null)
        {
            return _anonymous;
        }

        if (ReadKey(headers) is not { Length: <= ApiKeyOptions.MaxLength } key)
        {
            return null;
        }

        var hash = ApiKeyOptions.Hash(key);
        Client? found = null;
        foreach (var (expected, client) in _byKey)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, expected) ? client : found;
        }

        return found;
    }

    private static string? ReadKey(IHeaderDictionary headers)
    {
        if (headers.Authorization.Count > 0)
        {
            return headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? header[Scheme.Length..].Trim()
                : null;
        }

        return Array.Find(s_keyHeaders, headers.ContainsKey) is { } name && headers[name] is [{ } key] ? key.Trim() : null;
    }

    public void Dispose()
    {
        _anonymous?.Dispose();
        Array.ForEach(_byKey, known => known.Client.Dispose());
    }
}
