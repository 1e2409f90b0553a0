using LoopLM.Tools.Eval.Tales;
using LoopLM.Tools.Train;

namespace LoopLM.Tools.Eval;

/// <summary>What <c>looplm eval</c> measures; with <c>--json</c> one object.</summary>
internal sealed record EvalReport
{
    /// <summary>Name of the model's folder.</summary>
    public required string Model { get; init; }

    /// <summary>Loops that the model was trained with: the deepest exit.</summary>
    public required int Loops { get; init; }

    /// <summary>Tokens of a window.</summary>
    public required int Window { get; init; }

    public required int Seed { get; init; }

    /// <summary>Tokens predicted.</summary>
    public required int Targets { get; init; }

    /// <summary>What exits mean in all scores but those of <see cref="KvStrategies"/>.</summary>
    public string Semantics { get; } =
        "readout: every loop runs on every position with exact keys and values; the exit step selects the loop that is read out";

    /// <summary>Mean cross entropy of all targets in nats.</summary>
    public required double[] LossByLoop { get; init; }

    public required double[] PerplexityByLoop { get; init; }

    public required double[] AccuracyByLoop { get; init; }

    public required KindScore[] Kinds { get; init; }

    public required ThresholdScore[] Thresholds { get; init; }

    public required ExitCurve[] Curves { get; init; }

    /// <summary>Other checkpoints on the same windows.</summary>
    public required ComparedModel[] Compared { get; init; }

    /// <summary>The curves of all models, each with the name of its model.</summary>
    public IEnumerable<(string Model, ExitCurve Curve)> AllCurves() =>
        Curves.Select(curve => (Model, curve)).Concat(Compared.SelectMany(other => other.Curves.Select(curve => (other.Model, curve))));

    public required LensStep[] Lens { get; init; }

    /// <summary>Threshold of the exit steps in <see cref="TokenKinds"/>.</summary>
    public required float TokenKindsThreshold { get; init; }

    public required TokenKindScore[] TokenKinds { get; init; }

    /// <summary>float32 and the types to compare with it, at <see cref="TokenKindsThreshold"/>; empty where none is requested.</summary>
    public required WeightTypeScore[] WeightTypes { get; init; }

    /// <summary>
    /// Answers by steps, by kind and by loop, exits at <see cref="TokenKindsThreshold"/>; empty where no
    /// document says how many steps its answers take.
    /// </summary>
    public required AnswerScore[] Answers { get; init; }

    /// <summary>Tales that the model wrote, by threshold; empty where none is requested.</summary>
    public required TaleScore[] Tales { get; init; }

    /// <summary>The first tales written at <see cref="TokenKindsThreshold"/>, to read; empty where none is requested.</summary>
    public required ShownTale[] ShownTales { get; init; }

    /// <summary>How often an earlier loop drafts the token of full depth.</summary>
    public required DraftScore[] Drafts { get; init; }

    /// <summary>Empty where no document has a question and an answer.</summary>
    public required KvStrategyScore[] KvStrategies { get; init; }
}
