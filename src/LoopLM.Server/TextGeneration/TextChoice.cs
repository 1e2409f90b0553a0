using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Errors;
using LoopLM.Text.Decoding;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// An accepted generation as text: decodes the engine's tokens and ends at the first stop string. One
/// reader. Disposing it cancels what still runs.
/// </summary>
/// <param name="generation">The engine's part.</param>
/// <param name="decoder">Makes text of the tokens.</param>
/// <param name="prompt">The prompt's tokens.</param>
/// <param name="stopTokens">Tokens that end it.</param>
/// <param name="request">The request that it belongs to.</param>
internal sealed class TextChoice(
    Generation generation, StoppingDecoder decoder, ReadOnlyMemory<int> prompt, IReadOnlyCollection<int> stopTokens, TextRequest request)
    : IDisposable
{
    private const int EventBytes = 128;
    private const int LogprobBytes = 8;

    private readonly List<PositionLogprobs> _promptLogprobs = [];
    private int? _lastToken;
    private int _eventBytes = EventBytes;
    private bool _stopped;

    /// <summary>The prompt's tokens.</summary>
    public ReadOnlyMemory<int> Prompt { get; } = prompt;

    /// <summary>
    /// What the model says about the prompt's tokens from the second on, where the request wants it. Complete once an event was read.
    /// </summary>
    public IReadOnlyList<PositionLogprobs> PromptLogprobs => _promptLogprobs;

    /// <summary>Tokens generated so far, a stop token included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Loops that they ran together.</summary>
    public long LoopSteps { get; private set; }

    /// <summary>Tokens drafted so far by early loops.</summary>
    public int DraftTokens { get; private set; }

    /// <summary>Those that were accepted.</summary>
    public int AcceptedDraftTokens { get; private set; }

    /// <summary>Prompt tokens that were not computed, because an earlier request had.</summary>
    public int CachedPromptTokens { get; private set; }

    /// <summary>Those of them that come after a token that left early.</summary>
    public int AsGeneratedPromptTokens { get; private set; }

    /// <summary>Bytes of the events that wait to be read, if they are like the last one.</summary>
    public long UnreadBytes => generation.Events.Count * (long)_eventBytes;

    /// <summary>Its moments so far; they are complete once the engine has ended it.</summary>
    public GenerationTimes Times => generation.Times;

    /// <summary>Whether the end was read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Why it ended; null before the end was read, and where it was an error.</summary>
    public TextFinishReason? Finish { get; private set; }

    /// <summary>The error that ended it; null without one.</summary>
    public RequestErrorKind? Error { get; private set; }

    /// <summary>The next event, if it is there already.</summary>
    public bool TryRead(out TextEvent next)
    {
        if (_stopped)
        {
            next = new TextEvent { Text = "", IsEnd = true, FinishReason = TextFinishReason.Stop, Stop = decoder.StoppedBy };
            End(next);
            return true;
        }

        while (generation.Events.TryRead(out var read))
        {
            switch (read.Kind)
            {
                case GenerationEventKind.PromptToken:
                    _promptLogprobs.Add(read.Logprobs!);
                    break;
                case GenerationEventKind.Token:
                    next = ReadToken(read);
                    return true;
                default:
                    next = ReadEnd(read);
                    End(next);
                    return true;
            }
        }

        next = default;
        return false;
    }

    public void Dispose() => generation.Dispose();

    private void End(in TextEvent end)
    {
        HasEnded = true;
        (Finish, Error) = end.Error is { } error ? (null, error.Kind) : ((TextFinishReason?)end.FinishReason, (RequestErrorKind?)null);
    }

    private TextEvent ReadToken(in GenerationEvent read)
    {
        CompletionTokens++;
        DraftTokens = read.DraftTokens;
        AcceptedDraftTokens += read.IsDrafted ? 1 : 0;
        (CachedPromptTokens, AsGeneratedPromptTokens) = (read.CachedPromptTokens, read.AsGeneratedPromptTokens);
        LoopSteps += read.ExitStep;
        _lastToken = read.Token;
        var logprobs = (read.Logprobs?.Top.Count ?? 0) + ((read.LoopLogprobs?.Count ?? 0) * request.Reports.LoopLogprobs);
        _eventBytes = EventBytes + (LogprobBytes * logprobs);
        var offset = decoder.DecodedLength;
        var text = !request.Stops.Include && stopTokens.Contains(read.Token) ? "" : decoder.Append(read.Token);
        if (decoder.StoppedBy is not null)
        {
            _stopped = true;
            generation.Stop();
        }

        return new TextEvent
        {
            Text = text,
            Token = read.Token,
            EndsText = stopTokens.Contains(read.Token),
            TextOffset = offset,
            ExitStep = read.ExitStep,
            IsDrafted = read.IsDrafted,
            Gates = read.Gates,
            Logprobs = read.Logprobs,
            LoopLogprobs = read.LoopLogprobs,
        };
    }

    private TextEvent ReadEnd(in GenerationEvent read)
    {
        var error = read switch
        {
            { Kind: GenerationEventKind.Failed, IsRequestsFault: true } =>
                new RequestError(RequestErrorKind.InvalidValue, null, read.Error!),
            { Kind: GenerationEventKind.Failed } => new RequestError(RequestErrorKind.Failed, null, read.Error!),
            { FinishReason: FinishReason.QueueTimeout } => new RequestError(
                RequestErrorKind.QueueTimeout,
                null,
                "The request has waited for admission for as long as requests may. Try again later.",
                RequestError.RetrySeconds(read.RetryAfter)),
            { FinishReason: FinishReason.Cancelled } => new RequestError(RequestErrorKind.Draining, null, "The server is shutting down."),
            _ => null,
        };
        var text = error is null ? decoder.Flush() : "";
        var byToken = read.FinishReason == FinishReason.Stop;
        return new TextEvent
        {
            Text = text,
            IsEnd = true,
            FinishReason = byToken || decoder.StoppedBy is not null ? TextFinishReason.Stop : TextFinishReason.Length,
            Stop = decoder.StoppedBy,
            StopToken = byToken && _lastToken is { } last && request.Stops.Tokens.Contains(last) ? last : null,
            Error = error,
        };
    }
}
