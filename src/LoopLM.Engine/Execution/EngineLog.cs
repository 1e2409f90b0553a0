using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>Log messages of the engine. None carries text of a request.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Model {Model} loaded by runner {Runner} in {Seconds:F2} s: {Loops} loops, context {ContextLength}, vocabulary {VocabularySize}")]
    public static partial void Loaded(
        ILogger logger, string model, string runner, double seconds, int loops, int contextLength, int vocabularySize);

    [LoggerMessage(2, LogLevel.Critical, "Model {Model} could not be loaded: {Reason}")]
    public static partial void LoadFailed(ILogger logger, string model, string reason);

    [LoggerMessage(10, LogLevel.Debug, "Model {Model} could not be loaded")]
    public static partial void LoadFailedBecause(ILogger logger, Exception exception, string model);

    [LoggerMessage(3, LogLevel.Error, "Tick {Tick} failed; its {Rows} rows are lost")]
    public static partial void TickFailed(ILogger logger, Exception exception, long tick, int rows);

    [LoggerMessage(4, LogLevel.Critical, "The device is lost; the engine accepts nothing more")]
    public static partial void DeviceLost(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Sequence {Sequence} failed: {Error}")]
    public static partial void SequenceFailed(ILogger logger, int sequence, string error);

    [LoggerMessage(7, LogLevel.Error, "Exit policy {Policy} failed")]
    public static partial void PolicyFailed(ILogger logger, Exception exception, string policy);

    [LoggerMessage(8, LogLevel.Error, "The runner could not release sequence {Sequence}")]
    public static partial void ReleaseFailed(ILogger logger, Exception exception, int sequence);

    [LoggerMessage(9, LogLevel.Error, "The constraint of sequence {Sequence} failed")]
    public static partial void ConstraintFailed(ILogger logger, Exception exception, int sequence);

    // The message of the exception may quote the text.
    [LoggerMessage(11, LogLevel.Error, "A constraint could not work out its mask: {Exception} {StackTrace}")]
    public static partial void MaskFailed(ILogger logger, Type exception, string? stackTrace);

    [LoggerMessage(6, LogLevel.Critical, "The engine has stopped because of a bug")]
    public static partial void EngineFailed(ILogger logger, Exception exception);
}
