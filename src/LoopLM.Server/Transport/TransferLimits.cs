using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Transport;

/// <summary>What bodies and answers on their way may hold of the process's memory, and how fast large ones must flow.</summary>
internal sealed class TransferLimits(IOptions<LimitOptions> limits, TimeProvider time)
{
    /// <summary>
    /// How long requests wait that are refused for want of room, in seconds. Whoever holds the room must let it go at the minimum rate.
    /// </summary>
    private const int RetrySeconds = 5;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Bytes of bodies that are read or answered.</summary>
    public ByteBudget Bodies { get; } = new(limits.Value.MaxBodyMemory);

    /// <summary>Bytes of answers that are not sent yet.</summary>
    public ByteBudget Answers { get; } = new(limits.Value.MaxAnswerMemory);

    /// <summary>How long an answer may take before its rate counts, while there is room for what its client has not read.</summary>
    public TimeSpan AnswerGrace { get; } = limits.Value.AnswerGracePeriod;

    /// <summary>The refusal of a body for which there is no room.</summary>
    public static RequestError BodyRefused { get; } = new(
        RequestErrorKind.Overloaded, null, "The server holds as many bytes of large requests as it may. Try again later.", RetrySeconds);

    /// <summary>The refusal of an answer for which there is no room.</summary>
    public static RequestError AnswerRefused { get; } = new(
        RequestErrorKind.Overloaded, null, "The server holds as many bytes of large answers as it may. Try again later.", RetrySeconds);

    /// <summary>The pace of a transfer that begins to hold more than its free share.</summary>
    public TransferPace StartPace() => new(time, limits.Value.MinLargeDataRate, limits.Value.DataRateGracePeriod);
}
