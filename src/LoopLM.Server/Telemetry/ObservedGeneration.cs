using LoopLM.Engine.Requests;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Telemetry;

/// <summary>What telemetry says of a request once nobody reads its generations any more. It holds no text.</summary>
internal sealed record ObservedGeneration
{
    /// <summary>What was requested, as OpenTelemetry calls it.</summary>
    public required string Operation { get; init; }

    /// <summary>The model that was requested, by name or alias.</summary>
    public required string RequestModel { get; init; }

    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>The name of the caller's key.</summary>
    public required string Client { get; init; }

    /// <summary>The request; where several were started together, the first.</summary>
    public required TextRequest Request { get; init; }

    /// <summary>What the engine was requested; of several generations the first.</summary>
    public required GenerationRequest Generation { get; init; }

    /// <summary>Generations of all prompts.</summary>
    public int Choices { get; init; }

    public int PromptTokens { get; init; }

    public int CachedPromptTokens { get; init; }

    public int CompletionTokens { get; init; }

    public int DraftTokens { get; init; }

    public int AcceptedDraftTokens { get; init; }

    /// <summary>Loops that the tokens ran together.</summary>
    public long LoopSteps { get; init; }

    /// <summary>Why each generation ended that was read to its end.</summary>
    public IReadOnlyList<string> FinishReasons { get; init; } = [];

    /// <summary>What went wrong; null where nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the reader left before the end.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>From acceptance to the first admission; null where none was admitted.</summary>
    public TimeSpan? QueueTime { get; init; }

    /// <summary>From the first admission to the first token; null without one.</summary>
    public TimeSpan? PrefillTime { get; init; }

    /// <summary>From the first token to the last; null without one.</summary>
    public TimeSpan? DecodeTime { get; init; }

    /// <summary>From acceptance to the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Mean exit step of the tokens; 0 without one.</summary>
    public double MeanExitStep => CompletionTokens == 0 ? 0 : (double)LoopSteps / CompletionTokens;

    /// <summary>From admission to the last token.</summary>
    public TimeSpan GenerationTime => (PrefillTime ?? TimeSpan.Zero) + (DecodeTime ?? TimeSpan.Zero);

    /// <summary>How it ended, in one word: an error, <c>cancelled</c>, or why the generations ended.</summary>
    public string Finish => Error ?? (IsAbandoned ? "cancelled" : string.Join('+', FinishReasons.Distinct()));

    /// <summary>Sums up what was generated.</summary>
    /// <param name="text">What was requested.</param>
    /// <param name="all">What came of it.</param>
    /// <param name="caller">Whom it came from.</param>
    /// <param name="time">The engine's clock.</param>
    public static ObservedGeneration Of(EncodedText text, TextChoices[] all, Caller caller, TimeProvider time)
    {
        var choices = all.SelectMany(each => Enumerable.Range(0, each.Count).Select(index => each[index])).ToList();
        var times = choices.ConvertAll(choice => choice.Times);
        var now = time.GetTimestamp();
        var accepted = times.Min(each => each.AcceptedAt);
        var admitted = First(times, each => each.AdmittedAt);
        var firstToken = First(times, each => each.FirstTokenAt);
        var ended = times.TrueForAll(each => each.EndedAt != 0) ? times.Max(each => each.EndedAt) : now;
        return new()
        {
            Operation = OperationOf(text),
            RequestModel = RequestModelOf(text),
            Model = text.Model.Name,
            Client = caller.Queue.Name,
            Request = text.Requests[0],
            Generation = text.Generations[0][0],
            Choices = choices.Count,
            PromptTokens = all.Sum(each => each.PromptTokens),
            CachedPromptTokens = all.Sum(each => each.CachedPromptTokens),
            CompletionTokens = all.Sum(each => each.CompletionTokens),
            DraftTokens = all.Sum(each => each.DraftTokens),
            AcceptedDraftTokens = all.Sum(each => each.AcceptedDraftTokens),
            LoopSteps = all.Sum(each => each.LoopSteps),
            FinishReasons = [.. choices.Where(choice => choice.Finish is not null).Select(choice => NameOf(choice.Finish!.Value))],
            Error = choices.Select(choice => choice.Error).FirstOrDefault(error => error is not null) is { } kind ? NameOf(kind) : null,
            IsAbandoned = all.Any(each => each is { HaveEnded: false, HaveFailed: false }),
            QueueTime = admitted is null ? null : time.GetElapsedTime(accepted, admitted.Value),
            PrefillTime = firstToken is null ? null : time.GetElapsedTime(admitted!.Value, firstToken.Value),
            DecodeTime = firstToken is null ? null : time.GetElapsedTime(firstToken.Value, times.Max(each => each.LastTokenAt)),
            Duration = time.GetElapsedTime(accepted, ended),
            AcceptedAt = time.GetUtcNow() - time.GetElapsedTime(accepted, now),
        };
    }

    /// <summary>What a request wants, as OpenTelemetry calls it.</summary>
    public static string OperationOf(EncodedText text) => text.Requests[0].IsChat ? "chat" : "text_completion";

    /// <summary>The model that a request wants. It is served, so clients cannot invent names.</summary>
    public static string RequestModelOf(EncodedText text) => text.Requests[0].Model is { Length: > 0 } asked ? asked : text.Model.Name;

    /// <summary>What telemetry calls an error.</summary>
    public static string NameOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.QueueFull => "queue_full",
        RequestErrorKind.QueueTimeout => "queue_timeout",
        RequestErrorKind.RateLimited => "rate_limited",
        RequestErrorKind.ContextExceeded => "context_exceeded",
        RequestErrorKind.Loading => "loading",
        RequestErrorKind.Draining => "draining",
        RequestErrorKind.Unhealthy => "unhealthy",
        RequestErrorKind.Failed => "failed",
        _ => "invalid",
    };

    private static string NameOf(TextFinishReason reason) => reason == TextFinishReason.Stop ? "stop" : "length";

    /// <summary>The earliest moment of some that have come; null where none has.</summary>
    private static long? First(List<GenerationTimes> times, Func<GenerationTimes, long> read) =>
        times.Select(read).Where(moment => moment != 0).Select(moment => (long?)moment).Min();
}
