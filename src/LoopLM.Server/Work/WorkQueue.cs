using System.Threading.RateLimiting;
using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Work;

/// <summary>
/// Runs long work of one kind on threads of its own, a few at a time, so that the thread pool stays free for what is short. What comes
/// meanwhile waits without a thread. Clients take turns: one that sends much waits behind itself, and beyond a bound is refused.
/// </summary>
/// <param name="kind">What waits, in the plural, as messages say it.</param>
/// <param name="threads">How many run at a time.</param>
/// <param name="mostWaiting">How many of one client wait at most.</param>
/// <param name="time">Its clock.</param>
internal sealed class WorkQueue(string kind, int threads, int mostWaiting, TimeProvider time) : IDisposable
{
    // Of each client no more wait at the threads than could run at once; the others wait for those.
    private readonly PartitionedRateLimiter<RequestClient> _turns = PartitionedRateLimiter.Create<RequestClient, RequestClient>(
        each => RateLimitPartition.GetConcurrencyLimiter(each, _ => Limits(threads, mostWaiting)));

    private readonly ConcurrencyLimiter _places = new(Limits(threads, int.MaxValue));
    private long _waiting;

    // Ticks of the time provider that recent work took on average.
    private long _typical;

    /// <summary>How many wait for a thread.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Runs work once a thread is free, or refuses it.</summary>
    /// <param name="client">Whom it is for.</param>
    /// <param name="work">The work. It is always waited for once it has begun.</param>
    /// <param name="cancellation">Ends the wait for a thread.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the work began, or the work ended so.</exception>
    public async Task<Result<T>> RunAsync<T>(RequestClient client, Func<T> work, CancellationToken cancellation)
    {
        using var turn = await WaitAsync(_turns.AcquireAsync(client, permitCount: 1, cancellation));
        if (!turn.IsAcquired)
        {
            var wait = time.GetElapsedTime(0, Volatile.Read(ref _typical) * (mostWaiting + threads) / threads);
            return new RequestError(
                RequestErrorKind.QueueFull, null,
                $"{mostWaiting} {kind} of this client are waiting, the most that "
                    + $"{LimitOptions.Section}:{nameof(LimitOptions.MaxQueuedWork)} allows. Try again later.",
                RequestError.RetrySeconds(wait));
        }

        using var place = await WaitAsync(_places.AcquireAsync(permitCount: 1, cancellation));
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

    public void Dispose()
    {
        _turns.Dispose();
        _places.Dispose();
    }

    private static ConcurrencyLimiterOptions Limits(int permits, int queue) => new()
    {
        PermitLimit = permits,
        QueueLimit = queue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    };

    private async ValueTask<RateLimitLease> WaitAsync(ValueTask<RateLimitLease> lease)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await lease;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
