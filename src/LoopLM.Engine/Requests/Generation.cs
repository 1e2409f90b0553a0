using System.Threading.Channels;

namespace LoopLM.Engine.Requests;

/// <summary>An accepted request: its events, and the way to cancel it. Safe to use from any thread, by one reader.</summary>
public sealed class Generation : IDisposable
{
    private readonly Channel<GenerationEvent> _events;
    private volatile bool _cancelled;

    internal Generation(int maxTokens) =>
        _events = Channel.CreateBounded<GenerationEvent>(
            new BoundedChannelOptions(maxTokens + 1) { SingleReader = true, SingleWriter = true });

    /// <summary>Its tokens in order, then exactly one end; then the channel completes.</summary>
    public ChannelReader<GenerationEvent> Events => _events.Reader;

    internal bool IsCancelled => _cancelled;

    /// <summary>Asks the engine to stop: within one tick it frees what the generation holds and writes the end, unless it has ended before.</summary>
    public void Cancel() => _cancelled = true;

    /// <summary>Cancels.</summary>
    public void Dispose() => Cancel();

    /// <summary>Adds an event. The channel has room for every event of the generation, so the engine never waits for a reader.</summary>
    internal void Publish(in GenerationEvent next)
    {
        if (!_events.Writer.TryWrite(next))
        {
            throw new InvalidOperationException("The generation has ended already.");
        }

        if (next.Kind != GenerationEventKind.Token)
        {
            _events.Writer.Complete();
        }
    }
}
