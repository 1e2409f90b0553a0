using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Speculation;

/// <summary>One generated position of a sequence runs at a time.</summary>
internal sealed class NoDrafts : IDraftStrategy
{
    /// <inheritdoc/>
    public int DraftLoop(Sequence sequence) => 0;
}
