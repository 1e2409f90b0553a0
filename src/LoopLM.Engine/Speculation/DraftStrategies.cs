using LoopLM.Engine.Configuration;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Speculation;

/// <summary>The strategy that each sequence has.</summary>
/// <param name="adaptive">The one for <see cref="SpeculationStrategy.Adaptive"/>.</param>
internal sealed class DraftStrategies(AdaptiveDrafts adaptive) : IDraftStrategy
{
    /// <inheritdoc/>
    public void Plan(IReadOnlyList<Sequence> running, RowTable rows) => adaptive.Plan(running, rows);

    /// <inheritdoc/>
    public int DraftLoop(Sequence sequence) => sequence.Speculation switch
    {
        { Strategy: SpeculationStrategy.Adaptive } => adaptive.DraftLoop(sequence),
        { Strategy: SpeculationStrategy.Fixed, DraftLoops: var loops } => loops,
        _ => 0,
    };

    /// <inheritdoc/>
    public void Resolve(int loop, bool isAccepted) => adaptive.Resolve(loop, isAccepted);
}
