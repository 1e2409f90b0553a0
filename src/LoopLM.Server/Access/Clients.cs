using System.Security.Cryptography;
using System.Text;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoopLM.Server.Access;

/// <summary>Knows clients by their keys. Without keys there is one, whom everyone is.</summary>
internal sealed class Clients : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int MaxLength = 1024;

    private readonly (byte[] Hash, Client Client)[] _byKey;
    private readonly Client? _anonymous;

    public Clients(IOptions<AuthOptions> auth, IOptions<RateLimitOptions> limits)
    {
        _byKey = [.. auth.Value.Keys.Select(key => (Convert.FromHexString(key.Sha256), new Client(key.Name, key, limits.Value)))];
        _anonymous = _byKey.Length == 0 ? new Client("anonymous", limits.Value, limits.Value) : null;
    }

    /// <summary>Whether anyone may use the server.</summary>
    public bool AreOpen => _anonymous is not null;

    /// <summary>The client whose key an <c>Authorization</c> header has; null where it has none. The time that it takes says nothing about the keys.</summary>
    public Client? Find(StringValues authorization)
    {
        if (_anonymous is not null)
        {
            return _anonymous;
        }

        if (authorization is not [{ Length: <= MaxLength } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
        Client? found = null;
        foreach (var (expected, client) in _byKey)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, expected) ? client : found;
        }

        return found;
    }

    public void Dispose()
    {
        _anonymous?.Dispose();
        Array.ForEach(_byKey, known => known.Client.Dispose());
    }
}
