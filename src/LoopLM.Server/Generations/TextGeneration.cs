using LoopLM.Engine.Requests;
using LoopLM.Text.Decoding;

namespace LoopLM.Server.Generations;

/// <summary>An accepted request as text: decodes the engine's tokens and ends at the first stop string. One reader. Disposing it cancels what still runs.</summary>
internal sealed class TextGeneration(
    Generation generation, StoppingDecoder decoder, IReadOnlyCollection<int> stopTokens, int promptTokens) : IDisposable
{
    private bool _stopped;

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; } = promptTokens;

    /// <summary>Tokens generated so far, a stop token included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Loops that they ran together.</summary>
    public long LoopSteps { get; private set; }

    /// <summary>Mean exit step of the tokens generated so far; 0 before the first.</summary>
    public double MeanExitStep => CompletionTokens == 0 ? 0 : (double)LoopSteps / CompletionTokens;

    /// <summary>The next event, if it is there already.</summary>
    public bool TryRead(out TextEvent next)
    {
        next = default;
        if (_stopped)
        {
            next = new TextEvent { Text = "", IsEnd = true, FinishReason = TextFinishReason.Stop, Stop = decoder.StoppedBy };
            return true;
        }

        if (!generation.Events.TryRead(out var read))
        {
            return false;
        }

        next = read.Kind == GenerationEventKind.Token ? ReadToken(read) : ReadEnd(read);
        return true;
    }

    /// <summary>The next event. Nothing may be read behind the end.</summary>
    public async ValueTask<TextEvent> ReadAsync(CancellationToken cancellationToken)
    {
        TextEvent next;
        while (!TryRead(out next))
        {
            if (!await generation.Events.WaitToReadAsync(cancellationToken))
            {
                throw new InvalidOperationException("The generation has ended already.");
            }
        }

        return next;
    }

    public void Dispose() => generation.Dispose();

    private TextEvent ReadToken(in GenerationEvent read)
    {
        CompletionTokens++;
        LoopSteps += read.ExitStep;
        var text = stopTokens.Contains(read.Token) ? "" : decoder.Append(read.Token);
        if (decoder.StoppedBy is not null)
        {
            _stopped = true;
            generation.Stop();
        }

        return new TextEvent { Text = text, Token = read.Token, ExitStep = read.ExitStep, Gates = read.Gates };
    }

    private TextEvent ReadEnd(in GenerationEvent read)
    {
        var error = read switch
        {
            { Kind: GenerationEventKind.Failed } => new RequestError(RequestErrorKind.Failed, null, read.Error!),
            { FinishReason: FinishReason.Cancelled } => new RequestError(RequestErrorKind.Draining, null, "The server is shutting down."),
            _ => null,
        };
        var text = error is null ? decoder.Flush() : "";
        var reason = read.FinishReason == FinishReason.Stop || decoder.StoppedBy is not null ? TextFinishReason.Stop : TextFinishReason.Length;
        return new TextEvent { Text = text, IsEnd = true, FinishReason = reason, Stop = decoder.StoppedBy, Error = error };
    }
}
