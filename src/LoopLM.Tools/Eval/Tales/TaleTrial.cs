using LoopLM.Engine.Runners;
using LoopLM.Text.Tokenization;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval.Tales;

/// <summary>Lets a model tell tales and has them checked.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="open">Opens the runner that tells.</param>
/// <param name="model">The model, to read what it told loop by loop.</param>
/// <param name="loops">The model's loops.</param>
/// <param name="context">Most tokens that it can see.</param>
internal sealed class TaleTrial(ByteLevelBpeTokenizer tokenizer, Func<RunnerCapacity, IModelRunner> open, OuroModel model, int loops,
    int context)
{
    /// <summary>Most tales to read.</summary>
    private const int MostShown = 10;

    /// <summary>Tales at each threshold; 0 tells none.</summary>
    public required int Count { get; init; }

    /// <summary>Temperature.</summary>
    public required float Temperature { get; init; }

    /// <summary>Seed of requests and sampling.</summary>
    public required int Seed { get; init; }

    /// <summary>Checks tales at each threshold.</summary>
    public IEnumerable<TaleScore> Score(IEnumerable<float> thresholds) => Count == 0
        ? []
        : thresholds.Distinct().Order().Select(threshold => TaleScore.Of(Tell(Count, Temperature, threshold), threshold, Temperature));

    /// <summary>The first tales at a threshold, at most ten.</summary>
    public IEnumerable<ShownTale> Show(float threshold) => Count == 0
        ? []
        : Tell(Math.Min(MostShown, Count), Temperature, threshold).Select(tale => ShownTale.Of(tale, tokenizer));

    /// <summary>
    /// How often earlier loops draft the tokens of tales that the model tells at full depth, greedily and at its temperature.
    /// </summary>
    public IEnumerable<DraftScore> Drafts() => Count == 0
        ? []
        : new[] { 0, Temperature }.Distinct()
            .Select(temperature => Draft($"own, temperature {temperature:0.##}", Tell(Math.Max(1, Count / 10), temperature, threshold: 1)));

    private IReadOnlyList<GeneratedTale> Tell(int count, float temperature, float threshold) =>
        GeneratedTale.Tell(GeneratedTale.Requests(count, Seed), tokenizer, open, loops, context, temperature, threshold, Seed);

    private DraftScore Draft(string name, IReadOnlyList<GeneratedTale> tales)
    {
        var starts = new int[tales.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + tales[i - 1].Prompt.Length + tales[i - 1].Tokens.Length;
        }

        var split = new TokenSplit(
            [.. tales.SelectMany(tale => tale.Prompt.Concat(tale.Tokens))],
            [.. tales.SelectMany(tale => tale.Prompt.Select(_ => (byte)0).Concat(tale.Tokens.Select(_ => (byte)1)))],
            starts,
            new byte[starts.Length]);
        var window = tales.Max(tale => tale.Prompt.Length + tale.Tokens.Length);
        return DraftScore.Of(name, ModelScorer.Score(model, split, new WindowSample(window, int.MaxValue, Seed)), loops);
    }
}
