using LoopLM.Engine.Configuration;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>
/// Threads that work out the masks of constrained sequences beside the engine. Masks of tokens come before those of drafts, then the
/// sequence whose masks have taken least so far, so that dear masks hold up dear masks.
/// </summary>
/// <param name="options">How many threads, and how many sequences at most.</param>
/// <param name="metrics">Where it counts.</param>
/// <param name="time">Its clock.</param>
/// <param name="logger">Where it tells of constraints that throw, also where the sequence has ended meanwhile.</param>
internal sealed class MaskWorkers(EngineOptions options, EngineMetrics metrics, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly object _lock = new();
    private readonly AutoResetEvent _done = new(initialState: false);

    // A sequence wants one mask at a time for its tokens, and one for its drafts.
    private readonly ConstraintMask[] _wanted = new ConstraintMask[2 * options.MaxSequences];
    private int _count;
    private bool _isStarted;
    private bool _isStopped;

    /// <summary>Masks that no thread has begun.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Starts the threads unless they run. Any thread may call it.</summary>
    public void Start()
    {
        lock (_lock)
        {
            for (var i = 0; i < options.MaskThreads && !_isStarted; i++)
            {
                new Thread(Run) { IsBackground = true, Name = "LoopLM masks" }.Start();
            }

            _isStarted = true;
        }
    }

    /// <summary>Requests a mask that no thread is at. For the engine's thread.</summary>
    public void Want(ConstraintMask mask)
    {
        mask.Begin();
        lock (_lock)
        {
            _wanted[_count++] = mask;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Drops the mask of a sequence that has ended, where it has one and no thread is at it. For the engine's thread.</summary>
    public void Drop(ConstraintMask? mask)
    {
        lock (_lock)
        {
            if (Array.IndexOf(_wanted, mask, 0, _count) is >= 0 and var index)
            {
                RemoveAt(index);
            }
        }
    }

    /// <summary>Sleeps until a mask is done, or for some time. For the engine's thread.</summary>
    public void Wait(TimeSpan longest) => _done.WaitOne(longest);

    /// <summary>Ends the threads, each after the mask that it is at.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void Run()
    {
        while (Take() is { } mask)
        {
            var before = mask.Taken;
            if (mask.Advance(time) is { } failure)
            {
                EngineLog.MaskFailed(logger, failure.GetType(), failure.StackTrace);
            }

            metrics.Masked(time.GetElapsedTime(before, mask.Taken));
            _done.Set();
        }
    }

    private static (bool, long) Order(ConstraintMask mask) => (mask.IsForDrafts, mask.Taken);

    private ConstraintMask? Take()
    {
        lock (_lock)
        {
            while (_count == 0 && !_isStopped)
            {
                Monitor.Wait(_lock);
            }

            if (_isStopped)
            {
                return null;
            }

            var next = 0;
            for (var i = 1; i < _count; i++)
            {
                next = Order(_wanted[i]).CompareTo(Order(_wanted[next])) < 0 ? i : next;
            }

            var mask = _wanted[next];
            RemoveAt(next);
            return mask;
        }
    }

    // The others keep their order.
    private void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_wanted, index + 1, _wanted, index, _count - index);
        _wanted[_count] = null!;
    }
}
