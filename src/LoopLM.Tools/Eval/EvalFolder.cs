using LoopLM.Checkpoints.Files;
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
            AtomicFile.Write(Path.Combine(folder, name + ".svg"), new LineChart { Title = title, XTitle = xTitle, YTitle = yTitle, Lines = lines }.ToSvg());
        static (double, double)[] ByLoop(double[] values) => [.. values.Select((value, i) => (i + 1.0, value))];
        (string, IReadOnlyList<(double, double)>)[] Curves(Func<ThresholdScore, double> value) =>
            [.. report.AllCurves().Select(each => (
                each.Model == report.Model ? each.Curve.Policy : $"{each.Curve.Policy}, {each.Model}",
                (IReadOnlyList<(double, double)>)[.. each.Curve.Points.Where(point => point.MeanExitStep <= report.Loops).Select(point => (point.MeanExitStep, value(point)))]))];
        Plot("loss-by-loop", $"{report.Model}: loss by loop", "loop", "nats per target", [.. report.Kinds.Select(kind => (kind.Kind, (IReadOnlyList<(double, double)>)ByLoop(kind.LossByLoop)))]);
        Plot("accuracy-by-loop", $"{report.Model}: accuracy by loop", "loop", "share of targets", [.. report.Kinds.Select(kind => (kind.Kind, (IReadOnlyList<(double, double)>)ByLoop(kind.AccuracyByLoop)))]);
        Plot("loss-by-mean-loops", $"{report.Model}: loss against mean loops", "mean exit step", "nats per target", Curves(point => point.Loss));
        Plot("accuracy-by-mean-loops", $"{report.Model}: accuracy against mean loops", "mean exit step", "share of targets", Curves(point => point.Accuracy));
    }
}
