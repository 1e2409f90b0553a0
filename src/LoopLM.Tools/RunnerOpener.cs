using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools;

/// <summary>Opens a runner in float32 on a checkpoint.</summary>
internal delegate IModelRunner RunnerOpener(Checkpoint checkpoint, RunnerCapacity capacity);
