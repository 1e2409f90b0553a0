namespace LoopLM.Engine.Runners;

/// <summary>How much room a runner reserves when it opens.</summary>
/// <param name="Rows">Row slots, which is also the most rows of one tick.</param>
/// <param name="KvSlots">KV slots; each holds K and V of the core's layers for one (position, loop).</param>
/// <param name="PositionSlots">
/// Position slots; each holds K and V of one position in the layers of prelude and coda. 0 where the model has neither.
/// </param>
public readonly record struct RunnerCapacity(int Rows, int KvSlots, int PositionSlots = 0);
