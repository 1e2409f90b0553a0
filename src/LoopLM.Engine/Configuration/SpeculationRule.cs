namespace LoopLM.Engine.Configuration;

/// <summary>How a sequence thinks ahead, with everything filled in.</summary>
/// <param name="Strategy">When it does.</param>
/// <param name="DraftLoops">For <see cref="SpeculationStrategy.Fixed"/>: the loop after which it drafts.</param>
internal readonly record struct SpeculationRule(SpeculationStrategy Strategy, int DraftLoops);
