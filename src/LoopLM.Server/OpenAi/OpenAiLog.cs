namespace LoopLM.Server.OpenAi;

/// <summary>Log messages of the REST API. None carries text of a request; names of unknown fields are the client's, so only their number is told.</summary>
internal static partial class OpenAiLog
{
    [LoggerMessage(1, LogLevel.Debug, "The client went away after {Tokens} tokens")]
    public static partial void ClientGone(ILogger logger, int tokens);

    public static void UnknownFields(ILogger logger, IEnumerable<string> names)
    {
        if (logger.IsEnabled(LogLevel.Debug) && names.Count() is > 0 and var count)
        {
            UnknownFields(logger, count);
        }
    }

    [LoggerMessage(2, LogLevel.Debug, "{Count} unknown fields of the request were ignored")]
    private static partial void UnknownFields(ILogger logger, int count);
}
