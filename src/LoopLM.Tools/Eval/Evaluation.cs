using LoopLM.Checkpoints;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;
using LoopLM.Models;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data;
using LoopLM.Tools.Eval.Tales;
using LoopLM.Tools.Train;
using LoopLM.Training;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Measures a checkpoint on documents.</summary>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="runners">The first of them decodes answers and has other types of weights.</param>
internal sealed class Evaluation(Checkpoint checkpoint, ByteLevelBpeTokenizer tokenizer, ModelRunners runners)
{
    /// <summary>Loops to run, also beyond the model's.</summary>
    public required int Loops { get; init; }

    /// <summary>What is scored; its seed also chooses the examples.</summary>
    public required WindowSample Sample { get; init; }

    /// <summary>Most questions for each KV strategy.</summary>
    public required int Problems { get; init; }

    /// <summary>Types of weights to compare with float32.</summary>
    public required IReadOnlyList<string> WeightTypes { get; init; }

    /// <summary>Thresholds of q-exit.</summary>
    public required IReadOnlyList<float> Thresholds { get; init; }

    /// <summary>Tales to let the model write.</summary>
    public int Tales { get; init; }

    /// <summary>Temperature of those tales.</summary>
    public float Temperature { get; init; }

    /// <summary>Thresholds at which they are written, beside full depth and the model's own.</summary>
    public IReadOnlyList<float> TaleThresholds { get; init; } = [];

    /// <summary>Folders of checkpoints to score on the same windows.</summary>
    public IReadOnlyList<string> Compared { get; init; } = [];

    /// <summary>Measures.</summary>
    /// <param name="split">The documents.</param>
    /// <param name="kinds">Names of their kinds.</param>
    /// <param name="labels">Answers among them, with the steps that they take.</param>
    public EvalReport Run(TokenSplit split, IReadOnlyList<string> kinds, IReadOnlyList<LabelledSpan> labels)
    {
        using var model = ModelScorer.Load(checkpoint, Loops);
        var scores = ModelScorer.Score(model, split, Sample);
        ComparedModel[] compared = [.. Compared.Select(folder => ComparedModel.Score(folder, checkpoint, split, kinds, Sample))];
        var depth = Math.Min(Loops, checkpoint.Config.Loops);
        var own = Enumerable.Range(1, Loops).Select(loop => ThresholdScore.Of(scores, new FixedPolicy(), loop, loop)).ToList();
        var threshold = checkpoint.Config.EarlyExitThreshold is var configured and < 1 ? configured : 0.5f;
        var tales = new TaleTrial(tokenizer, FactoryOf("float32").Open, model, depth, checkpoint.Config.ContextLength)
        {
            Count = Tales,
            Temperature = Temperature,
            Seed = Sample.Seed,
        };
        return new EvalReport
        {
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint.Folder))),
            Loops = depth,
            Window = Sample.Window,
            Seed = Sample.Seed,
            Targets = scores.Targets,
            LossByLoop = [.. own.Select(score => score.Loss)],
            PerplexityByLoop = [.. own.Select(score => Math.Exp(score.Loss))],
            AccuracyByLoop = [.. own.Select(score => score.Accuracy)],
            Kinds = [.. KindScore.Of(scores, split, kinds)],
            Thresholds = [.. Thresholds.Select(value => ThresholdScore.Of(scores, new QExitPolicy(), value, depth))],
            Curves = ExitCurve.All(scores, depth),
            Compared = compared,
            Lens = LensStep.All(scores, depth),
            TokenKindsThreshold = threshold,
            TokenKinds = TokenKindScore.All(scores, new TokenKinds(split, tokenizer), threshold, depth, Sample.Seed),
            WeightTypes = [.. CompareWeights(split, threshold)],
            Answers = AnswerScore.All(scores, labels, threshold, depth),
            Tales = [.. tales.Score(TaleThresholds.Append(threshold).Append(1))],
            ShownTales = [.. tales.Show(threshold)],
            Drafts = [.. tales.Drafts().Prepend(DraftScore.Of("held-out", scores, depth))],
            KvStrategies = [.. KvStrategies(AnsweredQuestion.Of(split, tokenizer, Problems), threshold)],
        };
    }

    private IModelRunnerFactory FactoryOf(string weights) => runners.FactoryOf(null, checkpoint, new() { Weights = weights });

    private IEnumerable<WeightTypeScore> CompareWeights(TokenSplit split, float threshold)
    {
        if (WeightTypes.Count == 0)
        {
            yield break;
        }

        var windows = Sample.Of(split);
        var exact = Score("float32");
        yield return WeightTypeScore.Of("float32", exact, exact, threshold);
        foreach (var weights in WeightTypes)
        {
            yield return WeightTypeScore.Of(weights, Score(weights), exact, threshold);
        }

        TokenScores Score(string weights)
        {
            using var runner = FactoryOf(weights).Open(new RunnerCapacity(Sample.Window, Sample.Window));
            return RunnerScorer.Score(runner, split, windows);
        }
    }

    private IEnumerable<KvStrategyScore> KvStrategies(List<AnsweredQuestion> questions, float threshold)
    {
        if (questions.Count == 0)
        {
            yield break;
        }

        var loops = checkpoint.Config.Loops;
        (KvLayout, float)[] strategies =
            [(KvLayout.LastExited, 1), (KvLayout.LastExited, threshold), (KvLayout.Shared, 1), (KvLayout.Shared, threshold)];
        foreach (var (layout, q) in strategies)
        {
            yield return EngineAnswers.Run(questions, FactoryOf("float32").Open, loops, layout, q);
        }

        using var model = ModelScorer.Load(checkpoint, loops);
        foreach (var reuse in Enum.GetValues<KvReuse>())
        {
            yield return KvReuseAnswers.Run(questions, model, reuse);
        }
    }
}
