using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools;

/// <summary>Opens a runner on a checkpoint.</summary>
/// <param name="checkpoint">The weights; it stays open as long as the runner.</param>
/// <param name="capacity">Row slots and KV slots to reserve.</param>
/// <param name="weights">How matrices are held: <c>float32</c>, <c>bfloat16</c>, <c>int8</c> or <c>int4</c>.</param>
internal delegate IModelRunner RunnerOpener(Checkpoint checkpoint, RunnerCapacity capacity, string weights = "float32");
