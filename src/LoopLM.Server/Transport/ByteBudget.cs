namespace LoopLM.Server.Transport;

/// <summary>Bytes that all requests together may hold. Safe from any thread.</summary>
/// <param name="limit">Bytes, from 0. Whoever finds the budget unused may take more than that, so that nothing is refused for ever.</param>
internal sealed class ByteBudget(long limit)
{
    private long _used;
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether more than half of it is taken.</summary>
    public bool IsShort => Used > limit / 2;

    /// <summary>Bytes that were ever taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes so many bytes, or none where they are not left.</summary>
    public bool TryTake(long bytes)
    {
        var used = Used;
        while (used == 0 || used + bytes <= limit)
        {
            var before = Interlocked.CompareExchange(ref _used, used + bytes, used);
            if (before == used)
            {
                Interlocked.Add(ref _taken, bytes);
                return true;
            }

            used = before;
        }

        return false;
    }

    /// <summary>Gives bytes back that were taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
