using System.Threading.Tasks.Sources;

namespace LoopLM.Engine.Requests;

/// <summary>Wakes the one reader of some generations when any of them has something. Neither setting nor waiting allocates.</summary>
public sealed class EventSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Wakes the reader, or lets its next wait end at once. Safe from any thread; the reader runs on another.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Waiting)
        {
            _source.SetResult(true);
        }
    }

    /// <summary>
    /// Waits until <see cref="Set"/> was called since the last wait ended. What was written before such a call
    /// can then be read. A wait must end before the next.
    /// </summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _source.Version);
        }

        Interlocked.Exchange(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token)
    {
        // Whatever is signalled up to here, the reader sees when it looks now.
        Interlocked.Exchange(ref _state, Idle);
        _source.GetResult(token);
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
