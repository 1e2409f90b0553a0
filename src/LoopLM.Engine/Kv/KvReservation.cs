namespace LoopLM.Engine.Kv;

/// <summary>What a sequence will need at most.</summary>
/// <param name="Layout">Its layout.</param>
/// <param name="PromptLength">Prompt positions, from 1.</param>
/// <param name="GeneratedPositions">
/// Generated positions that write K and V: one less than the tokens it may generate, because nothing follows the last.
/// </param>
/// <param name="ModelLoops">Loops of the prompt pass (T).</param>
/// <param name="MaxLoops">Deepest loop of a generated token.</param>
/// <param name="Observes">Whether loops behind a token's exit are observed.</param>
public readonly record struct KvReservation(
    KvLayout Layout, int PromptLength, int GeneratedPositions, int ModelLoops, int MaxLoops, bool Observes = false);
