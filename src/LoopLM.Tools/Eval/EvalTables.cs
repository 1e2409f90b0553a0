namespace LoopLM.Tools.Eval;

/// <summary>The tables of a report.</summary>
internal static class EvalTables
{
    private static readonly double[] s_meanExitSteps = [1.5, 2, 2.5, 3, 3.5];

    /// <summary>All that have a row.</summary>
    public static IEnumerable<ResultTable> Of(EvalReport report)
    {
        string[] ByLoop(string name, int loops) => [.. Enumerable.Range(1, loops).Select(loop => $"{name} {loop}")];
        static object[] Row(object[] first, params double[][] rest) => [.. first, .. rest.SelectMany(values => values).Cast<object>()];
        var scored = report.LossByLoop.Length;
        return new ResultTable[]
        {
            new("loops", $"By loop: {report.Targets} targets, trained with {report.Loops} loops",
                ["loop", "loss", "perplexity", "accuracy"],
                [.. Enumerable.Range(0, scored)
                    .Select(i => new object[] { i + 1, report.LossByLoop[i], report.PerplexityByLoop[i], report.AccuracyByLoop[i] })]),
            new("kinds", "Accuracy by loop and kind of document; exact: every target of a document",
                ["kind", "measure", "targets", .. ByLoop("loop", scored)],
                [.. report.Kinds.SelectMany(kind => new[]
                {
                    Row([kind.Kind, "loss", kind.Targets], kind.LossByLoop),
                    Row([kind.Kind, "accuracy", kind.Targets], kind.AccuracyByLoop),
                    Row([kind.Kind, "exact", kind.Targets], kind.ExactByLoop),
                })]),
            new("thresholds", "q-exit, each target read out at its exit step",
                ["threshold", "mean exit step", "loss", "accuracy", .. ByLoop("exits at", report.Loops)],
                [.. report.Thresholds.Select(point =>
                    Row([point.Threshold, point.MeanExitStep, point.Loss, point.Accuracy], point.Histogram))]),
            new("compared", "Other models on the same windows",
                ["model", "kind", "measure", .. ByLoop("loop", report.Compared.Select(other => other.Loops).DefaultIfEmpty().Max())],
                [.. report.Compared.SelectMany(other => other.Kinds.SelectMany(kind => new[]
                {
                    Row([other.Model, kind.Kind, "loss"], kind.LossByLoop),
                    Row([other.Model, kind.Kind, "accuracy"], kind.AccuracyByLoop),
                    Row([other.Model, kind.Kind, "exact"], kind.ExactByLoop),
                }))]),
            new("equal-loops", "At equal mean exit steps, between the points of the curves",
                ["model", "policy", "mean exit step", "loss", "accuracy"],
                [.. report.AllCurves().SelectMany(each =>
                    s_meanExitSteps.Select(steps => (Steps: steps, Score: each.Curve.At(steps))).Where(at => at.Score is not null)
                    .Select(
                        at => new object[] { each.Model, each.Curve.Policy, at.Steps, at.Score!.Value.Loss, at.Score.Value.Accuracy }))]),
            new("lens", "What loop t + 1 does to the likeliest token of loop t, shares of all targets",
                ["loop t", "changed", "was right", "becomes right", "right at t", "agrees with last"],
                [.. report.Lens.Select(step =>
                    new object[] { step.Loop, step.Changed, step.WasRight, step.BecomesRight, step.RightBefore, step.AgreesWithLast })]),
            new("token-kinds", $"By kind of token, exits at threshold {report.TokenKindsThreshold:0.###}",
                ["kind", "targets", "mean exit step", .. ByLoop("accuracy", scored)],
                [.. report.TokenKinds.Select(kind => Row([kind.Kind, kind.Targets, kind.MeanExitStep], kind.AccuracyByLoop))]),
            new("examples", "Tokens in square brackets and the loop they left at", ["kind", "exit step", "token"],
                [.. report.TokenKinds.SelectMany(kind =>
                    kind.Examples.Select(example => new object[] { kind.Kind, example.ExitStep, example.Text }))]),
            new("weights", $"Types of weights on the runner, exits at threshold {report.TokenKindsThreshold:0.###}",
                ["weights", "loss", "perplexity", "change", "mean exit step", "same exit step"],
                [.. report.WeightTypes.Select(
                    score => new object[] { score.Weights, score.Loss, score.Perplexity,
                        score.PerplexityChange, score.MeanExitStep, score.SameExitStep })]),
            new("answers", $"Answers that are exact, by steps and by kind, exits at threshold {report.TokenKindsThreshold:0.###}",
                ["answers", "count", .. ByLoop("loop", scored), "mean exit step"],
                [.. report.Answers.Select(score => Row([score.Group, score.Answers], score.ExactByLoop, [score.MeanExitStep]))]),
            new("tales", "Tales that the model wrote, as the checker reads them",
                ["threshold", "temperature", "tales", "sentences parsed", "no contradiction", "has what was requested", "ends well",
                "mean exit step"],
                [.. report.Tales.Select(score =>
                    new object[] { score.Threshold, score.Temperature, score.Tales, score.Parsed, score.Consistent, score.Contains,
                    score.EndsWell, score.MeanExitStep })]),
            new("drafts", "Accepted drafts: how often the likeliest token of an earlier loop is that of the last",
                ["text", "tokens", .. ByLoop("loop", report.Loops - 1)],
                [.. report.Drafts.Select(score => Row([score.Text, score.Targets], score.AgreesByLoop))]),
            new("kv-strategies", "Answers decoded greedily, with what later tokens see of earlier ones",
                ["keys and values", "threshold", "problems", "exact", "mean exit step"],
                [.. report.KvStrategies.Select(score =>
                    new object[] { score.Strategy, score.Threshold, score.Problems, score.Exact, score.MeanExitStep })]),
        }.Where(table => table.Rows.Count > 0);
    }

    /// <summary>The points of all curves.</summary>
    public static ResultTable Curves(EvalReport report) =>
        new("curves", "Quality against mean loops", ["model", "policy", "threshold", "mean_exit_step", "loss", "accuracy"],
            [.. report.AllCurves().SelectMany(
                each => each.Curve.Points.Select(point =>
                    new object[] { each.Model, each.Curve.Policy, point.Threshold, point.MeanExitStep, point.Loss, point.Accuracy }))]);
}
