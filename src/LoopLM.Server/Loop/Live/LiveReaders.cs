using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Loop.Live;

/// <summary>
/// Counts who reads live streams. A client may have as many as it leaves free, times its weight: half of them where it is alone. One is for
/// everybody, as long as any is free. Safe from any thread.
/// </summary>
internal sealed class LiveReaders(IOptions<LimitOptions> limits)
{
    /// <summary>How long readers wait for whom there is no room, in seconds.</summary>
    private const int RetrySeconds = 5;

    private readonly int _most = limits.Value.MaxLiveReaders;
    private readonly Lock _lock = new();
    private readonly Dictionary<RequestClient, int> _byClient = [];
    private int _taken;

    /// <summary>Takes a place, which <see cref="Leave"/> gives back.</summary>
    /// <returns>Why there is none; null where there is.</returns>
    public RequestError? TryEnter(RequestClient client)
    {
        lock (_lock)
        {
            if (_taken >= _most)
            {
                return new RequestError(RequestErrorKind.Overloaded, null,
                    $"All {_most} live streams are in use. Try again when one has ended.", RetrySeconds);
            }

            var held = _byClient.GetValueOrDefault(client);
            if (held > 0 && held + 1 > (long)client.Weight * (_most - _taken - 1))
            {
                return new RequestError(RequestErrorKind.RateLimited, null,
                    $"This client reads {held} live streams, its share of {_most}. Try again when one of them has ended.", RetrySeconds);
            }

            _taken++;
            _byClient[client] = held + 1;
            return null;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(RequestClient client)
    {
        lock (_lock)
        {
            _taken--;
            if (--_byClient[client] == 0)
            {
                _byClient.Remove(client);
            }
        }
    }
}
