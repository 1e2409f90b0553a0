namespace LoopLM.Server.Hosting;

/// <summary>Log messages of the start.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Model {Model} samples with {Sampling} where a request does not say, and ends at the tokens {EndTokens}")]
    public static partial void Defaults(ILogger logger, string model, string sampling, string endTokens);

    [LoggerMessage(2, LogLevel.Information, "Model {Model} leaves out tensors of its files that it computes itself ({Count}): {Names}")]
    public static partial void SkippedTensors(ILogger logger, string model, int count, string names);
}
