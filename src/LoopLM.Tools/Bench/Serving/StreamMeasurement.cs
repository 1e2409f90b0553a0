namespace LoopLM.Tools.Bench.Serving;

/// <summary>What streams of one run measured.</summary>
/// <param name="TokensPerSecond">Tokens that came per second while every stream was open.</param>
/// <param name="FirstTokens">Seconds from a request to its first token, in rising order.</param>
/// <param name="Gaps">
/// Seconds between neighbouring tokens of a stream as the client saw them, in rising order;
/// those that came together have none between them.
/// </param>
/// <param name="ServerSecondsPerToken">Processor time of the server for each of those tokens.</param>
/// <param name="ClientSecondsPerToken">That of the client.</param>
/// <param name="ServerBytesPerToken">What the server allocated for each of them.</param>
internal sealed record StreamMeasurement(
    double TokensPerSecond, double[] FirstTokens, double[] Gaps,
    double ServerSecondsPerToken, double ClientSecondsPerToken, double ServerBytesPerToken);
