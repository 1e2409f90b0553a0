namespace LoopLM.Server.Models;

/// <summary>Log messages about models that are opened.</summary>
internal static partial class ModelLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Model {Model}: the default sampling is {Sampling}; generation ends at the tokens {EndTokens}")]
    public static partial void Defaults(ILogger logger, string model, string sampling, string endTokens);

    [LoggerMessage(2, LogLevel.Information, "Model {Model}: {Count} tensors are skipped because the server computes them: {Names}")]
    public static partial void SkippedTensors(ILogger logger, string model, int count, string names);
}
