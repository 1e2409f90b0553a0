using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>
/// By the seed: the strategies that requests name, over costs of passes that are made up; drafts after another loop each time; or none.
/// </summary>
internal sealed class RandomDrafts : IDraftStrategy
{
    private readonly Random _random;
    private readonly DraftStrategies? _named;
    private readonly bool _isOff;

    public RandomDrafts(int seed, ModelDescription model)
    {
        _random = new Random(seed);
        _isOff = seed % 4 == 0;
        if (seed % 4 > 1)
        {
            var (loopCosts, headCosts) = (new PassCosts(), new PassCosts());
            loopCosts.Add(1, 1);
            loopCosts.Add(16, 1 + (15 * _random.NextDouble()));
            headCosts.Add(1, _random.NextDouble());
            _named = new DraftStrategies(new AdaptiveDrafts(loopCosts, headCosts, model));
        }
    }

    public void Plan(IReadOnlyList<Sequence> running, RowTable rows) => _named?.Plan(running, rows);

    public int DraftLoop(Sequence sequence) => _named?.DraftLoop(sequence) ?? (_isOff ? 0 : _random.Next(4));

    public void Resolve(int loop, bool isAccepted) => _named?.Resolve(loop, isAccepted);
}
