using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Bench;

/// <summary>A runner to measure, and how it holds what it reads.</summary>
/// <param name="Runner">The runner.</param>
/// <param name="Weights">How it holds matrices: <c>float32</c>, <c>bfloat16</c>, <c>int8</c> or <c>int4</c>.</param>
/// <param name="Threads">Threads that compute.</param>
internal sealed record BenchRunner(IModelRunner Runner, string Weights, int Threads);

/// <summary>Opens a runner to measure.</summary>
internal delegate BenchRunner BenchRunnerOpener(Checkpoint checkpoint, RunnerCapacity capacity, BenchRunnerSettings settings);
