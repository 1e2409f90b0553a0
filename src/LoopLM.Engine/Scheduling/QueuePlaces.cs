namespace LoopLM.Engine.Scheduling;

/// <summary>Counts the requests that wait for admission and the tokens of their prompts, so that the limits hold exactly under concurrent submits.</summary>
/// <param name="capacity">Most requests that wait.</param>
/// <param name="tokenCapacity">Most prompt tokens that wait; more may only where nothing else waits.</param>
internal sealed class QueuePlaces(int capacity, long tokenCapacity)
{
    private readonly Lock _lock = new();
    private int _taken;
    private long _tokens;

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

            _taken += count;
            _tokens += tokens;
            return true;
        }
    }

    public void Return(int count, long tokens)
    {
        lock (_lock)
        {
            _taken -= count;
            _tokens -= tokens;
        }
    }
}
