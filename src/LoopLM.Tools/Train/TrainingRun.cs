using System.Diagnostics;
using System.Globalization;
using LoopLM.Checkpoints.Files;
using LoopLM.Tools.Plots;
using LoopLM.Torch.Ouro;
using LoopLM.Training;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Train;

/// <summary>Runs the steps of a training run, and from time to time measures, reports and saves.</summary>
internal sealed class TrainingRun
{
    /// <summary>Held-out tokens of one evaluation, padding included.</summary>
    private const int EvaluatedTokens = 16_384;

    private readonly RunFolder _folder;
    private readonly TrainSettings _settings;
    private readonly OuroModel _model;
    private readonly Trainer _trainer;
    private readonly TokenSplit _heldOut;
    private readonly IReadOnlyList<string> _kinds;
    private readonly List<Window> _windows;
    private readonly CsvLog _steps;
    private readonly CsvLog _evaluations;

    /// <summary>Prepares a run, or goes on with the one in the folder.</summary>
    public TrainingRun(
        RunFolder folder, TrainSettings settings, OuroModel model, Trainer trainer, TokenSplit heldOut, IReadOnlyList<string> kinds)
    {
        (_folder, _settings, _model, _trainer, _heldOut, _kinds) = (folder, settings, model, trainer, heldOut, kinds);
        var goesOn = File.Exists(folder.State);
        settings.WriteOrCheck(folder.Options, goesOn);
        if (goesOn)
        {
            trainer.Load(folder.State);
        }

        _windows = heldOut.Documents == 0
            ? []
            : [.. WindowPacker.Pack(heldOut, settings.Training.WindowLength)
                .Take(Math.Max(1, EvaluatedTokens / settings.Training.WindowLength))];
        string[] ByLoop(string name) => [.. Enumerable.Range(1, model.Config.Loops).Select(loop => $"{name}_{loop}")];
        _steps = new(
            folder.Steps, ["step", "seconds", "tokens", "targets", "learning_rate", "beta", "objective",
                .. ByLoop("loss"), "entropy", "expected_exit_step", "gradient_norm"], trainer.Step);
        _evaluations = new(
            folder.Evaluations, ["step", "kind", "targets", .. ByLoop("loss"), .. ByLoop("accuracy"), .. ByLoop("exact")], trainer.Step);
    }

    /// <summary>How often the run reports, measures and saves, in steps.</summary>
    public required (int Report, int Evaluate, int Save) Every { get; init; }

    /// <summary>When the run pauses; running it again goes on.</summary>
    public required TimeSpan MaxTime { get; init; }

    /// <summary>Runs until all steps are done, time is over or the token is cancelled; then saves.</summary>
    /// <param name="report">Sees every reported step.</param>
    /// <param name="evaluated">Sees every evaluation.</param>
    /// <param name="cancellation">Ends the run after the step under way.</param>
    public void Run(Action<StepProgress> report, Action<long, IReadOnlyList<KindScore>> evaluated, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (tokens, trainedFor, first) = (0L, TimeSpan.Zero, _trainer.Step);
        while (_trainer.Step < _settings.Training.Steps && clock.Elapsed < MaxTime && !cancellation.IsCancellationRequested)
        {
            var started = clock.Elapsed;
            var step = _trainer.RunStep();
            trainedFor += clock.Elapsed - started;
            tokens += step.Tokens;
            var last = step.Step == _settings.Training.Steps;
            if (last || step.Step % Every.Report == 0)
            {
                var left = (_settings.Training.Steps - step.Step) * (trainedFor / (step.Step - first));
                _steps.Add(
                    [step.Step, trainedFor.TotalSeconds, step.Tokens, step.Targets, step.LearningRate, step.Beta,
                        step.Objective, .. step.LossByLoop, step.Entropy, step.ExpectedExitStep, step.GradientNorm]);
                report(new(step, tokens / trainedFor.TotalSeconds, left));
            }

            if ((last || step.Step % Every.Evaluate == 0) && _windows.Count > 0)
            {
                evaluated(step.Step, Evaluate());
            }

            if (!last && step.Step % Every.Save == 0)
            {
                Save();
            }
        }

        Save();
    }

    private List<KindScore> Evaluate()
    {
        var scores = KindScore.Of(
            LoopScorer.Score(_trainer.Computing, _heldOut, _windows, _settings.Training.WindowLength), _heldOut, _kinds).ToList();
        foreach (var score in scores)
        {
            _evaluations.Add(
                [_trainer.Step, score.Kind, score.Targets, .. score.LossByLoop, .. score.AccuracyByLoop, .. score.ExactByLoop]);
        }

        return scores;
    }

    private void Save()
    {
        // The state last: it is what a run goes on from, and everything else may be written again.
        ModelWriter.Write(_model, _folder.Path);
        TokenizerFiles.Write(_settings.Data, _folder.Path, _model.Config.ContextLength);
        var rows = _steps.Rows().Select(row => row.Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray()).ToList();
        var chart = new LineChart
        {
            Title = "Training loss by loop",
            XTitle = "step",
            YTitle = "nats per target",
            Lines = [.. Enumerable.Range(1, _model.Config.Loops)
                .Select(loop => ($"loop {loop}", (IReadOnlyList<(double, double)>)[.. rows.Select(row => (row[0], row[6 + loop]))]))],
        };
        AtomicFile.Write(_folder.Chart, chart.ToSvg());
        _trainer.Save(_folder.State);
    }
}
