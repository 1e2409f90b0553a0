using LoopLM.Training;

namespace LoopLM.Tools.Train;

/// <summary>A step, and how fast the run is.</summary>
/// <param name="Report">What the step did.</param>
/// <param name="TokensPerSecond">Since this process started, evaluations and saves not counted.</param>
/// <param name="Left">Estimated time of the remaining steps.</param>
internal sealed record StepProgress(StepReport Report, double TokensPerSecond, TimeSpan Left);
