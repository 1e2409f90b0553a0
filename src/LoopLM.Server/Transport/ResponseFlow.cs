using System.IO.Pipelines;

namespace LoopLM.Server.Transport;

/// <summary>
/// Sends a response no faster than its client reads it. While the answer holds more than its free share, a client
/// that reads too slowly is given up, sooner where answers hold more than half of what they may; below that share
/// Kestrel's own minimum rate holds. One thread at a time.
/// </summary>
internal sealed partial class ResponseFlow : IDisposable
{
    /// <summary>How often a write that waits for its client is looked after.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly HttpContext _context;
    private readonly TransferLimits _limits;
    private TransferPace? _pace;

    /// <summary>Begins with an answer that holds nothing.</summary>
    public ResponseFlow(HttpContext context)
    {
        _context = context;
        _limits = context.RequestServices.GetRequiredService<TransferLimits>();
        Held = new HeldBytes(_limits.Answers);
    }

    /// <summary>What the answer holds.</summary>
    public HeldBytes Held { get; }

    /// <summary>Whether as much is written as goes out in one piece.</summary>
    public bool HasChunk => Writer.UnflushedBytes >= PooledBuffer.ChunkBytes;

    private PipeWriter Writer => _context.Response.BodyWriter;

    /// <summary>Sends a whole answer chunk by chunk; each goes back to the pool as soon as it is written.</summary>
    /// <param name="answer">The answer, which <see cref="Held"/> is charged for.</param>
    public async Task SendAsync(PooledBuffer answer)
    {
        while (answer.TryTake(out var chunk))
        {
            var write = Writer.WriteAsync(chunk, _context.RequestAborted);
            if (!await FollowAsync(write.AsTask(), chunk.Length, unread: null))
            {
                return;
            }
        }
    }

    /// <summary>Sends what is written of a stream. Allocates nothing where the client keeps up.</summary>
    /// <param name="unread">Gives the bytes that the stream holds beside it.</param>
    /// <returns>False where the client was given up; nothing more can be sent.</returns>
    public ValueTask<bool> FlushAsync(Func<long> unread)
    {
        var bytes = Writer.UnflushedBytes;
        var flush = Writer.FlushAsync(_context.RequestAborted);
        if (flush.IsCompletedSuccessfully && !Held.IsCharged)
        {
            _ = flush.Result;
            return new(true);
        }

        return FollowAsync(flush.AsTask(), bytes, unread);
    }

    /// <summary>
    /// Sends what is written of a stream whose parts soon are old. A client that holds it up for the grace period of answers is given up.
    /// </summary>
    /// <param name="giveUp">Gives up a client that holds it up at once.</param>
    /// <returns>False where the client was given up; nothing more can be sent.</returns>
    public ValueTask<bool> FlushOrGiveUpAsync(CancellationToken giveUp)
    {
        var flush = Writer.FlushAsync(_context.RequestAborted);
        if (flush.IsCompletedSuccessfully)
        {
            _ = flush.Result;
            return new(true);
        }

        return FollowOrGiveUpAsync(flush.AsTask(), giveUp);
    }

    /// <inheritdoc cref="FlushOrGiveUpAsync"/>
    /// <param name="write">A write that its client holds up.</param>
    /// <param name="giveUp">Gives the client up at once.</param>
    public async ValueTask<bool> FollowOrGiveUpAsync(Task write, CancellationToken giveUp)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(giveUp, _context.RequestAborted);
        try
        {
            await write.WaitAsync(_limits.AnswerGrace, _limits.Time, either.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return GiveUp("it reads too slowly");
        }
        catch (OperationCanceledException) when (!_context.RequestAborted.IsCancellationRequested)
        {
            return GiveUp("it does not read, and the server stops");
        }
    }

    /// <summary>Waits for a write that its client holds up, and looks now and then how much is held meanwhile.</summary>
    /// <param name="write">The write.</param>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="unread">Gives the bytes that the stream holds beside it; null where <see cref="Held"/> is charged already.</param>
    /// <returns>False where the client was given up; nothing more can be sent.</returns>
    public async ValueTask<bool> FollowAsync(Task write, long bytes, Func<long>? unread)
    {
        _pace?.Count(bytes);
        while (unread is null || Held.TryHold(bytes + unread()))
        {
            if (await FollowAsync(write) is { } isSent)
            {
                return isSent;
            }
        }

        return GiveUp("there is no room for what it has not read");
    }

    public void Dispose() => Held.Dispose();

    /// <summary>Waits a while for a write; null where the client may take longer.</summary>
    private async ValueTask<bool?> FollowAsync(Task write)
    {
        _pace = Held.IsCharged ? _pace ?? _limits.StartPace() : null;
        var left = _pace is null ? s_look : Left(_pace);
        try
        {
            await write.WaitAsync(left < s_look ? left : s_look, _limits.Time, _context.RequestAborted);
            return true;
        }
        catch (TimeoutException)
        {
            return _pace is not null && Left(_pace) == TimeSpan.Zero ? GiveUp("it reads too slowly") : null;
        }
    }

    private TimeSpan Left(TransferPace pace)
    {
        var (least, most) = (pace.Left, pace.LeftAfter(_limits.AnswerGrace));
        return _limits.Answers.IsShort || least > most ? least : most;
    }

    private bool GiveUp(string reason)
    {
        ClientGivenUp(_context.RequestServices.GetRequiredService<ILogger<ResponseFlow>>(), reason);
        _context.Abort();
        return false;
    }

    [LoggerMessage(1, LogLevel.Information, "A client was given up: {Reason}")]
    private static partial void ClientGivenUp(ILogger logger, string reason);
}
