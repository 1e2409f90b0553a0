namespace LoopLM.Server.Transport;

/// <summary>Says how long a transfer may still take, so that it reaches a minimum rate on average since its start.</summary>
/// <param name="time">The clock.</param>
/// <param name="rate">Bytes a second, from 1.</param>
/// <param name="grace">How long it may take before it has a rate.</param>
internal sealed class TransferPace(TimeProvider time, int rate, TimeSpan grace)
{
    private readonly long _started = time.GetTimestamp();
    private long _bytes;

    /// <summary>How long it may still take; zero where it is too slow.</summary>
    public TimeSpan Left => LeftAfter(grace);

    /// <summary>The same with another grace.</summary>
    /// <param name="grace">How long it may take before it has a rate.</param>
    public TimeSpan LeftAfter(TimeSpan grace)
    {
        var left = grace + TimeSpan.FromSeconds((double)_bytes / rate) - time.GetElapsedTime(_started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Counts bytes that are on their way.</summary>
    public void Count(long bytes) => _bytes += bytes;

    /// <summary>Reads what comes next of the transfer.</summary>
    /// <exception cref="TimeoutException">The transfer is too slow.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<CancellationToken, ValueTask<T>> read, CancellationToken request)
    {
        using var late = new CancellationTokenSource(Left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, request);
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !request.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
