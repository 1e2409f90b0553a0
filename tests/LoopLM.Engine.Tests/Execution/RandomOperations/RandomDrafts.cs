using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>Drafts after another loop each time, or not at all; one seed in four never drafts.</summary>
internal sealed class RandomDrafts(int seed) : IDraftStrategy
{
    private readonly Random _random = new(seed);
    private readonly bool _isOff = seed % 4 == 0;

    public int DraftLoop(Sequence sequence) => _isOff ? 0 : _random.Next(4);
}
