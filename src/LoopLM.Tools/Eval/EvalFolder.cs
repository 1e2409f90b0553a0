using LoopLM.Checkpoints.Files;
using LoopLM.Tools.Eval.Tales;
using LoopLM.Tools.Plots;

namespace LoopLM.Tools.Eval;

/// <summary>The files of an evaluation: tables as CSV, curves as SVG.</summary>
internal static class EvalFolder
{
    /// <summary>Writes all files; the folder is created where it is missing.</summary>
    public static void Write(EvalReport report, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var table in EvalTables.Of(report).Append(EvalTables.Curves(report)))
        {
            AtomicFile.Write(Path.Combine(folder, table.Name + ".csv"), table.ToCsv());
        }

        void Plot(string name, string title, string xTitle, string yTitle, params (string, IReadOnlyList<(double, double)>)[] lines) =>
            AtomicFile.Write(Path.Combine(folder, name + ".svg"),
                new LineChart { Title = title, XTitle = xTitle, YTitle = yTitle, Lines = lines }.ToSvg());
        static (double, double)[] ByLoop(double[] values) => [.. values.Select((value, i) => (i + 1.0, value))];
        (string, IReadOnlyList<(double, double)>)[] Curves(Func<ThresholdScore, double> value) =>
            [.. report.AllCurves().Select(each => (
                each.Model == report.Model ? each.Curve.Policy : $"{each.Curve.Policy}, {each.Model}",
                (IReadOnlyList<(double, double)>)[.. each.Curve.Points.Where(point => point.MeanExitStep <= report.Loops)
                    .Select(point => (point.MeanExitStep, value(point)))]))];
        Plot("loss-by-loop", $"{report.Model}: loss by loop", "loop", "nats per target",
            [.. report.Kinds.Select(kind => (kind.Kind, (IReadOnlyList<(double, double)>)ByLoop(kind.LossByLoop)))]);
        Plot("accuracy-by-loop", $"{report.Model}: accuracy by loop", "loop", "share of targets",
            [.. report.Kinds.Select(kind => (kind.Kind, (IReadOnlyList<(double, double)>)ByLoop(kind.AccuracyByLoop)))]);
        Plot("loss-by-mean-loops", $"{report.Model}: loss against mean loops",
            "mean exit step", "nats per target", Curves(point => point.Loss));
        if (report.Answers.Length > 0)
        {
            Plot("answers-by-loop", $"{report.Model}: exact answers by loop", "loop", "share of answers",
                [.. report.Answers.Where(score =>
                    score.Group is "all" or "no answer" || score.Group.StartsWith("steps", StringComparison.Ordinal))
                    .Select(score => (score.Group, (IReadOnlyList<(double, double)>)ByLoop(score.ExactByLoop)))]);
        }

        if (report.Tales.Length > 0)
        {
            (string, IReadOnlyList<(double, double)>) ByThreshold(string name, Func<TaleScore, double> value) =>
                (name, [.. report.Tales.Select(score => ((double)score.Threshold, value(score)))]);
            Plot("tales-by-threshold", $"{report.Model}: tales as the checker reads them", "threshold", "share",
                ByThreshold("sentences parsed", score => score.Parsed), ByThreshold("no contradiction", score => score.Consistent),
                ByThreshold("has what was asked", score => score.Contains), ByThreshold("ends well", score => score.EndsWell));
            AtomicFile.Write(Path.Combine(folder, "tales.md"), TalePage.Of(report));
        }

        Plot("accuracy-by-mean-loops", $"{report.Model}: accuracy against mean loops",
            "mean exit step", "share of targets", Curves(point => point.Accuracy));
    }
}
