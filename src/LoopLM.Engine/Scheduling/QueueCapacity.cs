using LoopLM.Engine.Requests;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Counts the sequences that wait for admission and the tokens of their prompts, so that the limits hold exactly under concurrent submits,
/// and measures how fast they are admitted. A client may have as many as it leaves free, times its weight: half of them where it is alone.
/// What it sends while nothing of it waits needs no share, so that a request of any size fits into a queue that has room.
/// </summary>
/// <param name="capacity">Most sequences that wait.</param>
/// <param name="tokenCapacity">Most prompt tokens that wait; more may only where nothing else waits.</param>
/// <param name="metrics">Where it counts by client.</param>
/// <param name="time">Its clock.</param>
internal sealed class QueueCapacity(int capacity, long tokenCapacity, EngineMetrics metrics, TimeProvider time)
{
    /// <summary>How long an admission counts for the pace: what is so old counts 1/e.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<RequestClient, (int Count, long Tokens)> _byClient = [];
    private int _taken;
    private long _tokens;

    // When the last sequence was admitted, or the queue began to fill.
    private long _since;

    // Admissions, and the time in which they came while something waited, both fading with that time.
    private double _admissions;
    private double _seconds;

    public int Taken => Volatile.Read(ref _taken);

    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>Clients of which something waits.</summary>
    public int Clients
    {
        get
        {
            lock (_lock)
            {
                return _byClient.Count;
            }
        }
    }

    /// <summary>Sequences of a client that wait.</summary>
    public int TakenBy(RequestClient client)
    {
        lock (_lock)
        {
            return _byClient.GetValueOrDefault(client).Count;
        }
    }

    /// <summary>Reserves room for some sequences, for all or for none.</summary>
    /// <param name="client">Whose they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Tokens of all their prompts.</param>
    public bool TryReserve(RequestClient client, int count, long tokens)
    {
        lock (_lock)
        {
            var (held, heldTokens) = _byClient.GetValueOrDefault(client);
            var (free, freeTokens) = (capacity - _taken, tokenCapacity - _tokens);
            if (count > free || (_taken > 0 && tokens > freeTokens)
                || (held > 0 && client != RequestClient.Local
                    && (IsTooMuch(held, count, free) || IsTooMuch(heldTokens, tokens, freeTokens))))
            {
                return false;
            }

            _since = _taken == 0 ? time.GetTimestamp() : _since;
            Change(client, count, tokens);
            return true;
        }

        bool IsTooMuch(long held, long more, long free) => held + more > (double)client.Weight * (free - more);
    }

    /// <summary>Releases the room of a sequence that is admitted.</summary>
    /// <param name="client">Whose it is.</param>
    /// <param name="tokens">Tokens of its prompt.</param>
    public void Admit(RequestClient client, long tokens)
    {
        lock (_lock)
        {
            // One that leaves the queue empty need not have waited for anything.
            var now = time.GetTimestamp();
            if (_taken > 1)
            {
                var seconds = time.GetElapsedTime(_since, now).TotalSeconds;
                var fade = Fade(seconds);
                _admissions = (_admissions * fade) + 1;
                _seconds = (_seconds * fade) + seconds;
            }

            _since = now;
            Change(client, -1, -tokens);
        }
    }

    /// <summary>How long it takes to admit all that waits now, at the pace of late.</summary>
    public TimeSpan DrainTime()
    {
        lock (_lock)
        {
            // The time since the last admission counts too: the queue may stand still.
            var seconds = time.GetElapsedTime(_since).TotalSeconds;
            var fade = Fade(seconds);
            return _taken == 0
                ? TimeSpan.Zero
                : TimeSpan.FromSeconds(_taken * ((_seconds * fade) + seconds) / Math.Max(1, _admissions * fade));
        }
    }

    /// <summary>Releases the room of sequences that are not admitted.</summary>
    public void Return(RequestClient client, int count, long tokens)
    {
        lock (_lock)
        {
            Change(client, -count, -tokens);
        }
    }

    private static double Fade(double seconds) => Math.Exp(-seconds / s_memory.TotalSeconds);

    private void Change(RequestClient client, int count, long tokens)
    {
        _taken += count;
        _tokens += tokens;
        metrics.Queued(client, count);
        var (held, heldTokens) = _byClient.GetValueOrDefault(client);
        if (held + count == 0)
        {
            _byClient.Remove(client);
        }
        else
        {
            _byClient[client] = (held + count, heldTokens + tokens);
        }
    }
}
