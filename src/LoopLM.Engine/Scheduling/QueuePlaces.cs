namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Counts the requests that wait for admission and the tokens of their prompts, so that the limits hold exactly under concurrent submits,
/// and measures how fast they are admitted.
/// </summary>
/// <param name="capacity">Most requests that wait.</param>
/// <param name="tokenCapacity">Most prompt tokens that wait; more may only where nothing else waits.</param>
/// <param name="time">Its clock.</param>
internal sealed class QueuePlaces(int capacity, long tokenCapacity, TimeProvider time)
{
    /// <summary>How much of the pace the last admission makes.</summary>
    private const double Weight = 0.125;

    private readonly Lock _lock = new();
    private int _taken;
    private long _tokens;

    // When the last request was admitted, or the queue began to fill.
    private long _since;

    // Time from one admission to the next, smoothed exponentially; null before the first.
    private TimeSpan? _pace;

    public int Taken => Volatile.Read(ref _taken);

    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>Takes places for some requests, for all or for none.</summary>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Tokens of all their prompts.</param>
    public bool TryTake(int count, long tokens)
    {
        lock (_lock)
        {
            if (count > capacity - _taken || (_taken > 0 && tokens > tokenCapacity - _tokens))
            {
                return false;
            }

            _since = _taken == 0 ? time.GetTimestamp() : _since;
            _taken += count;
            _tokens += tokens;
            return true;
        }
    }

    /// <summary>Gives back the place of a request that is admitted.</summary>
    /// <param name="tokens">Tokens of its prompt.</param>
    public void Admit(long tokens)
    {
        lock (_lock)
        {
            // One that leaves the queue empty need not have waited for anything.
            var now = time.GetTimestamp();
            if (_taken > 1)
            {
                var took = time.GetElapsedTime(_since, now);
                _pace = took * Weight + (_pace ?? took) * (1 - Weight);
            }

            _since = now;
            _taken--;
            _tokens -= tokens;
        }
    }

    /// <summary>How long it takes to admit all that waits now, at the pace of late.</summary>
    public TimeSpan DrainTime()
    {
        lock (_lock)
        {
            var waiting = time.GetElapsedTime(_since);
            return _taken * (_pace > waiting ? _pace.Value : waiting);
        }
    }

    /// <summary>Gives back the places of requests that are not admitted.</summary>
    public void Return(int count, long tokens)
    {
        lock (_lock)
        {
            _taken -= count;
            _tokens -= tokens;
        }
    }
}
