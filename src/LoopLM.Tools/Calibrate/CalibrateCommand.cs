using System.CommandLine;
using System.Globalization;
using LoopLM.Checkpoints;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Eval;
using Spectre.Console;

namespace LoopLM.Tools.Calibrate;

/// <summary>
/// <c>looplm calibrate</c>: chooses the threshold of q-exit, and the drafts to begin with, on
/// documents, and makes them the model's defaults.
/// </summary>
internal sealed class CalibrateCommand
{
    private readonly Option<string> _model =
        new("--model") { Description = "Folder of a checkpoint with a tokenizer.json.", Required = true };
    private readonly DocumentOptions _documents = new();
    private readonly Option<double?> _targetLoops = new("--target-loops")
    {
        Description = "Mean exit step that is not to be exceeded, from 1.",
        CustomParser = argument => double.Parse(argument.Tokens[0].Value, CultureInfo.InvariantCulture),
    };
    private readonly Option<string?> _maxLossIncrease =
        new("--max-loss-increase") { Description = "Loss over that of full depth that is not to be exceeded, such as 1%." };
    private readonly Option<bool> _speculation =
        new("--speculation") { Description = "Find the loop whose drafts pay off most, which adaptive speculation begins with." };
    private readonly Option<int> _maxTokens =
        new("--max-tokens") { Description = "Most tokens of each kind of document.", DefaultValueFactory = _ => 1 << 16 };
    private readonly Option<int> _window = new("--window") { Description = "Tokens of a window.", DefaultValueFactory = _ => 256 };
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of generated problems and of the windows drawn where there is more.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<string?> _out =
        new("--out") { Description = "Where the configuration goes. Default: the model's config.json." };
    private readonly IAnsiConsole _console;

    private CalibrateCommand(IAnsiConsole console) => _console = console;

    public static Command Create(IAnsiConsole console)
    {
        var calibrate = new CalibrateCommand(console);
        var command = new Command("calibrate", "Choose a model's default exit threshold and its first drafts on documents.")
        {
            calibrate._model, calibrate._targetLoops, calibrate._maxLossIncrease, calibrate._speculation,
            calibrate._maxTokens, calibrate._window, calibrate._seed, calibrate._out,
        };
        calibrate._documents.AddTo(command);
        command.SetAction(calibrate.Invoke);
        return command;
    }

    private int Invoke(ParseResult result)
    {
        try
        {
            Run(result);
            return 0;
        }
        catch (Exception exception) when (exception is CheckpointException or TokenizerException
            or FormatException or ArgumentException or IOException or NotSupportedException)
        {
            _console.WriteLine(exception.Message);
            return 1;
        }
    }

    private void Run(ParseResult result)
    {
        var choose = Target(result.GetValue(_targetLoops), result.GetValue(_maxLossIncrease), result.GetValue(_speculation));
        using var checkpoint = Checkpoint.Open(result.GetRequiredValue(_model));
        var sample = EvalCommand.Sample(checkpoint, result.GetValue(_window), result.GetValue(_maxTokens), result.GetValue(_seed));
        var documents = _documents.Read(result, ByteLevelBpeTokenizer.Load(Path.Combine(checkpoint.Folder, "tokenizer.json")), sample.Seed);
        using var model = ModelScorer.Load(checkpoint, checkpoint.Config.Loops);
        var scores = ModelScorer.Score(model, documents.Join(), sample);
        var values = new Dictionary<string, double>();
        if (choose is not null)
        {
            ChooseThreshold(new ThresholdSearch(scores), choose, values);
        }

        if (result.GetValue(_speculation))
        {
            ChooseDrafts(DraftScore.Of("documents", scores, checkpoint.Config.Loops), values);
        }

        var config = Path.Combine(checkpoint.Folder, "config.json");
        var target = result.GetValue(_out) ?? config;
        CalibratedConfig.Write(config, target, values);
        _console.WriteLine($"Written to {target}.");
    }

    private void ChooseThreshold(ThresholdSearch search, Func<ThresholdSearch, ThresholdScore> choose, Dictionary<string, double> values)
    {
        var (chosen, full) = (choose(search), search.FullDepth);
        values[CalibratedConfig.ExitThreshold] = Math.Round(chosen.Threshold, 3);
        _console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Threshold {chosen.Threshold:0.###}: mean exit step {chosen.MeanExitStep:F3} of {full.MeanExitStep:F0}, "
                + $"loss {chosen.Loss:F4}, {chosen.Loss / full.Loss - 1:+0.00%;-0.00%} against full depth."));
    }

    private void ChooseDrafts(DraftScore drafts, Dictionary<string, double> values)
    {
        var best = DraftSearch.Best(drafts);
        values[CalibratedConfig.DraftLoops] = best.Loop;
        values[CalibratedConfig.DraftAcceptance] = Math.Round(best.Acceptance, 3);
        _console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Drafts after loop {best.Loop}: full depth accepts {best.Acceptance:P1}; "
                + $"a token takes {best.TicksPerToken:F2} ticks at best, without drafts {drafts.AgreesByLoop.Length + 1}."));
    }

    private static Func<ThresholdSearch, ThresholdScore>? Target(double? loops, string? increase, bool speculation)
    {
        switch (loops, increase)
        {
            case (null, null) when speculation:
                return null;
            case ({ } value, null):
                return value >= 1
                    ? search => search.AtMeanLoops(value)
                    : throw new FormatException($"--target-loops is {value}; it must be at least 1.");
            case (null, { } text):
                return text.EndsWith('%')
                    && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent >= 0
                    ? search => search.AtLossIncrease(percent / 100)
                    : throw new FormatException($"--max-loss-increase is '{text}'; it must be a percentage from 0 such as 1%.");
            default:
                throw new FormatException("Give one of --target-loops and --max-loss-increase, or --speculation.");
        }
    }
}
