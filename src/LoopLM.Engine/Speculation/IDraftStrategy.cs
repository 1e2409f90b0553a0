using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Speculation;

/// <summary>Says whether a sequence thinks ahead: whether the loops of its newest position draft the position after it.</summary>
internal interface IDraftStrategy
{
    /// <summary>The loop after which the newest position of a sequence drafts the next one, from 1; 0 where it drafts none.</summary>
    int DraftLoop(Sequence sequence);
}
