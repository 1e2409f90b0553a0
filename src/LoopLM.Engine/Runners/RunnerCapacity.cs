namespace LoopLM.Engine.Runners;

/// <summary>How much room a runner reserves when it opens.</summary>
/// <param name="Rows">Row slots, which is also the most rows of one tick.</param>
/// <param name="KvSlots">KV slots; each holds K and V of all layers for one (position, loop).</param>
public readonly record struct RunnerCapacity(int Rows, int KvSlots);
