using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Speculation;

/// <summary>Says whether a sequence thinks ahead: whether the loops of its newest position draft the position after it.</summary>
internal interface IDraftStrategy
{
    /// <summary>Looks at what runs, before each tick.</summary>
    /// <param name="running">The sequences that are admitted.</param>
    /// <param name="rows">The rows.</param>
    void Plan(IReadOnlyList<Sequence> running, RowTable rows);

    /// <summary>The loop after which the newest position of a sequence drafts the next one, from 1; 0 where it drafts none.</summary>
    int DraftLoop(Sequence sequence);

    /// <summary>Hears of a draft that was accepted or dropped.</summary>
    /// <param name="loop">The loop that it was made after.</param>
    /// <param name="isAccepted">Whether it was accepted.</param>
    void Resolve(int loop, bool isAccepted);
}
