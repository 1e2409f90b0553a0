namespace LoopLM.Tools.Bench;

/// <summary>What one run measured.</summary>
/// <param name="PrefillTokensPerSecond">Prompt tokens per second, from the first tick to the last first token.</param>
/// <param name="DecodeTokensPerSecond">Generated tokens per second while every request was generating.</param>
/// <param name="MeanExitStep">Mean exit step of those tokens.</param>
/// <param name="LoopsPerSecond">Ticks per second meanwhile: each reads all weights of the layers.</param>
/// <param name="HeadsPerSecond">Those of them in which tokens came out: each reads the head.</param>
/// <param name="ProcessorSecondsPerToken">Time on processors, of all threads, for each of those tokens.</param>
/// <param name="OwnSecondsPerTick">What a tick takes beside the runner.</param>
/// <param name="AcceptedDraftShare">The share of accepted drafts.</param>
/// <param name="Gaps">Seconds between neighbouring tokens of a request, in rising order.</param>
internal sealed record BenchMeasurement(
    double PrefillTokensPerSecond,
    double DecodeTokensPerSecond,
    double MeanExitStep,
    double LoopsPerSecond,
    double HeadsPerSecond,
    double ProcessorSecondsPerToken,
    double OwnSecondsPerTick,
    double AcceptedDraftShare,
    double[] Gaps);
