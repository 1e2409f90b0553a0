using System.Threading.RateLimiting;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;

namespace LoopLM.Server.Work;

/// <summary>
/// Runs long work of one kind on threads of its own, a few at a time, so that the thread pool stays free for what is short. What comes meanwhile
/// waits without a thread; beyond a bound it is refused.
/// </summary>
/// <param name="kind">What waits, in the plural, as messages say it.</param>
/// <param name="threads">How many run at a time.</param>
/// <param name="mostWaiting">How many wait at most.</param>
/// <param name="time">Its clock.</param>
internal sealed class WorkQueue(string kind, int threads, int mostWaiting, TimeProvider time) : IDisposable
{
    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = threads,
        QueueLimit = mostWaiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    // Ticks of the time provider that recent work took on average.
    private long _typical;

    /// <summary>How many wait for a thread.</summary>
    public long Waiting => _places.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Runs work once a thread is free, or refuses it.</summary>
    /// <param name="work">The work. It is always waited for once it has begun.</param>
    /// <param name="cancellation">Ends the wait for a thread.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the work began, or the work ended so.</exception>
    public async Task<Result<T>> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        using var place = await _places.AcquireAsync(permitCount: 1, cancellation);
        if (!place.IsAcquired)
        {
            var wait = time.GetElapsedTime(0, Volatile.Read(ref _typical) * (mostWaiting + threads) / threads);
            return new RequestError(
                RequestErrorKind.QueueFull, null,
                $"{mostWaiting} {kind} wait to be worked on, as many as may ({LimitOptions.Section}:{nameof(LimitOptions.MaxQueuedWork)}). Try again later.",
                RequestError.RetrySeconds(wait));
        }

        return await Task.Factory.StartNew(
            () =>
            {
                var started = time.GetTimestamp();
                try
                {
                    return work();
                }
                finally
                {
                    var before = Volatile.Read(ref _typical);
                    Volatile.Write(ref _typical, before + ((time.GetTimestamp() - started - before) / 8));
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
            TaskScheduler.Default);
    }

    public void Dispose() => _places.Dispose();
}
