namespace LoopLM.Server.Telemetry;

/// <summary>Keeps a message that clients can cause at will from filling the log: one in ten seconds. Safe from any thread.</summary>
internal sealed class LogPause(TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _logged;

    /// <summary>Whether the message may be logged now; it then counts as logged.</summary>
    public bool TryEnd()
    {
        lock (_lock)
        {
            if (_logged is { } before && time.GetElapsedTime(before) < s_pause)
            {
                return false;
            }

            _logged = time.GetTimestamp();
            return true;
        }
    }
}
