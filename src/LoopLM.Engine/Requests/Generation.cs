using System.Threading.Channels;

namespace LoopLM.Engine.Requests;

/// <summary>An accepted request: its events, and the ways to end it early. Safe to use from any thread, by one reader.</summary>
public sealed class Generation : IDisposable
{
    private readonly Channel<GenerationEvent> _events;
    private readonly EventSignal? _signal;
    private volatile FinishReason _asked = FinishReason.Length;
    private volatile bool _hasEnded;
    private readonly long _acceptedAt;
    private long _admittedAt;
    private long _firstTokenAt;
    private long _lastTokenAt;
    private long _endedAt;

    /// <summary>Creates a generation without events.</summary>
    /// <param name="mostTokens">Most prompt tokens and tokens that it will publish.</param>
    /// <param name="signal">Set after every event.</param>
    /// <param name="acceptedAt">When it was accepted, as the engine's clock counts.</param>
    internal Generation(int mostTokens, EventSignal? signal = null, long acceptedAt = 0)
    {
        _acceptedAt = acceptedAt;
        _events = Channel.CreateBounded<GenerationEvent>(
            new BoundedChannelOptions(mostTokens + 1) { SingleReader = true, SingleWriter = true });
        _signal = signal;
    }

    /// <summary>The prompt's tokens where they are scored, its tokens in order, then exactly one end; then the channel completes.</summary>
    public ChannelReader<GenerationEvent> Events => _events.Reader;

    /// <summary>Its moments so far. They are complete once the end was read.</summary>
    public GenerationTimes Times => new(
        _acceptedAt,
        Volatile.Read(ref _admittedAt),
        Volatile.Read(ref _firstTokenAt),
        Volatile.Read(ref _lastTokenAt),
        Volatile.Read(ref _endedAt));

    /// <summary>The end that the reader requests before the length is reached; null while it requests none.</summary>
    internal FinishReason? EndAsked => _asked is var asked and not FinishReason.Length ? asked : null;

    /// <summary>Called when the reader requests an end that is not published yet, by any thread.</summary>
    internal Action? EndRequested { get; set; }

    /// <summary>
    /// Asks the engine to stop, because nobody reads on: within one tick it frees what the generation holds
    /// and writes the end, unless it has ended before.
    /// </summary>
    public void Cancel()
    {
        if (EndAsked is null)
        {
            Ask(FinishReason.Cancelled);
        }
    }

    /// <summary>
    /// Asks the engine to stop, because the reader has all it wanted, such as the text before a stop
    /// string. Otherwise like <see cref="Cancel"/>.
    /// </summary>
    public void Stop() => Ask(FinishReason.Stop);

    /// <summary>Cancels.</summary>
    public void Dispose() => Cancel();

    /// <summary>Its prompt begins to run.</summary>
    internal void Admit(long now) => Volatile.Write(ref _admittedAt, now);

    /// <summary>A token is published.</summary>
    internal void CountToken(long now)
    {
        if (_firstTokenAt == 0)
        {
            Volatile.Write(ref _firstTokenAt, now);
        }

        Volatile.Write(ref _lastTokenAt, now);
    }

    /// <summary>It ends; the event follows.</summary>
    internal void End(long now) => Volatile.Write(ref _endedAt, now);

    /// <summary>Adds an event. The channel has room for every event of the generation, so the engine never waits for a reader.</summary>
    internal void Publish(in GenerationEvent next)
    {
        if (!_events.Writer.TryWrite(next))
        {
            throw new InvalidOperationException("The generation has ended already.");
        }

        if (next.Kind is GenerationEventKind.Finished or GenerationEventKind.Failed)
        {
            _hasEnded = true;
            _events.Writer.Complete();
        }

        _signal?.Set();
    }

    private void Ask(FinishReason reason)
    {
        _asked = reason;
        if (!_hasEnded)
        {
            EndRequested?.Invoke();
        }
    }
}
