using System.Globalization;
using Spectre.Console;

namespace LoopLM.Tools.Train;

/// <summary>Shows a run: a bar on a terminal, lines elsewhere.</summary>
internal sealed class TrainProgress
{
    private readonly IAnsiConsole _console;
    private readonly ProgressTask? _bar;

    private TrainProgress(IAnsiConsole console, ProgressTask? bar) => (_console, _bar) = (console, bar);

    /// <summary>Shows the steps of an action.</summary>
    public static void Show(IAnsiConsole console, int steps, long done, Action<TrainProgress> action)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            action(new(console, bar: null));
            return;
        }

        console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => action(new(console, context.AddTask("", maxValue: steps).Value(done))));
    }

    /// <summary>Shows a step.</summary>
    public void Report(StepProgress progress)
    {
        var step = progress.Report;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"step {step.Step}  loss "
                + $"{string.Join(' ', step.LossByLoop.Select(loss => loss.ToString("F3", CultureInfo.InvariantCulture)))}  exit "
                + $"{step.ExpectedExitStep:F2}  {progress.TokensPerSecond:F0} tokens/s  {progress.Left:hh\\:mm\\:ss} left");
        if (_bar is null)
        {
            _console.WriteLine(text);
            return;
        }

        _bar.Value = step.Step;
        _bar.Description = text;
    }

    /// <summary>Shows an evaluation.</summary>
    public void Evaluated(long step, IReadOnlyList<KindScore> scores)
    {
        static string Join(IEnumerable<double> values) =>
            string.Join(' ', values.Select(value => value.ToString("F3", CultureInfo.InvariantCulture)));
        foreach (var score in scores)
        {
            _console.WriteLine(
                $"  held out at {step}: {score.Kind}  loss {Join(score.LossByLoop)}  accuracy {Join(score.AccuracyByLoop)}  "
                    + $"exact {Join(score.ExactByLoop)}");
        }
    }
}
