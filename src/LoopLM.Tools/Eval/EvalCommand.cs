using System.CommandLine;
using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Models;
using LoopLM.Text.Tokenization;
using Spectre.Console;

namespace LoopLM.Tools.Eval;

/// <summary><c>looplm eval</c>: what every loop of a model knows, where its exits fall and what they cost.</summary>
internal sealed class EvalCommand
{
    /// <summary>Columns of a page where no terminal says how wide it is.</summary>
    private const int FileWidth = 160;

    private const int MaxLoops = 64;

    private readonly Option<string> _model =
        new("--model") { Description = "Folder of a checkpoint with a tokenizer.json.", Required = true };
    private readonly DocumentOptions _documents = new();
    private readonly Option<int> _maxTokens = new("--max-tokens")
    {
        Description = "Most tokens of each kind of document; where there are more, windows are drawn.",
        DefaultValueFactory = _ => 1 << 16,
    };
    private readonly Option<int> _window = new("--window")
    {
        Description = "Tokens of a window; a longer document starts anew in the next.",
        DefaultValueFactory = _ => 256,
    };
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of generated problems, of the windows drawn and of the choice of examples.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<int?> _loops =
        new("--loops") { Description = $"Loops to run, 1 to {MaxLoops}, also beyond the model's. Default: the model's." };
    private readonly Option<float[]> _thresholds =
        new("--threshold") { Description = "Repeatable: thresholds of q-exit. Default: 0.1 to 1 in steps of 0.1." };
    private readonly Option<int> _problems =
        new("--problems") { Description = "Most questions to answer under each KV strategy.", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _tales = new("--tales")
    {
        Description = "Tales to let the model write for held-out requests, checked at full depth, its own threshold and each --threshold.",
        DefaultValueFactory = _ => 0,
    };
    private readonly Option<float> _temperature = new("--temperature")
    {
        Description = "Temperature of --tales.",
        DefaultValueFactory = _ => 0.7f
    };
    private readonly Option<string[]> _compare = new("--compare")
    {
        Description =
            "Repeatable: a checkpoint of the same tokenizer that is scored on the same windows, its curves drawn beside: "
                + "the other stage, another shape.",
    };
    private readonly Option<string[]> _weights = new("--weights")
    {
        Description = "Repeatable: a type of weights to compare with float32 on the cpu runner: bfloat16, int8 or int4.",
    };
    private readonly Option<string?> _out = new("--out") { Description = "Folder for tables as CSV and curves as SVG." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };
    private readonly ModelRunners _runners;
    private readonly IAnsiConsole _console;

    private EvalCommand(ModelRunners runners, IAnsiConsole console) => (_runners, _console) = (runners, console);

    public static Command Create(ModelRunners runners, IAnsiConsole console)
    {
        var eval = new EvalCommand(runners, console);
        var command = new Command("eval", "Measure a model loop by loop: loss, accuracy, exits, lens, KV strategies.")
        {
            eval._model, eval._maxTokens, eval._window, eval._seed, eval._loops, eval._thresholds, eval._problems, eval._tales,
                eval._temperature, eval._compare, eval._weights, eval._out, eval._json,
        };
        eval._weights.AcceptOnlyFromAmong("bfloat16", "int8", "int4");
        eval._documents.AddTo(command);
        command.SetAction(eval.Invoke);
        return command;
    }

    private int Invoke(ParseResult result)
    {
        try
        {
            Print(Measure(result), result);
            return 0;
        }
        catch (Exception exception) when (exception is CheckpointException or TokenizerException
            or FormatException or ArgumentException or IOException or NotSupportedException)
        {
            _console.WriteLine(exception.Message);
            return 1;
        }
    }

    private EvalReport Measure(ParseResult result)
    {
        using var checkpoint = Checkpoint.Open(result.GetRequiredValue(_model));
        var tokenizer = ByteLevelBpeTokenizer.Load(Path.Combine(checkpoint.Folder, "tokenizer.json"));
        var evaluation = new Evaluation(checkpoint, tokenizer, _runners)
        {
            Loops = Within("--loops", result.GetValue(_loops) ?? checkpoint.Config.Loops, 1, MaxLoops),
            Sample = Sample(checkpoint, result.GetValue(_window), result.GetValue(_maxTokens), result.GetValue(_seed)),
            Problems = Within("--problems", result.GetValue(_problems), 0, 1_000_000),
            Tales = Within("--tales", result.GetValue(_tales), 0, 1_000_000),
            Temperature = result.GetValue(_temperature) is >= 0 and <= 2 and var warmth ? warmth
                : throw new FormatException($"--temperature is {result.GetValue(_temperature)}; it must be from 0 to 2."),
            TaleThresholds = result.GetValue(_thresholds) ?? [],
            WeightTypes = result.GetValue(_weights) ?? [],
            Thresholds = Thresholds(result.GetValue(_thresholds) ?? []),
            Compared = result.GetValue(_compare) ?? [],
        };
        var documents = _documents.Read(result, tokenizer, evaluation.Sample.Seed);
        return evaluation.Run(documents.Join(), documents.Kinds, documents.Labels);
    }

    private void Print(EvalReport report, ParseResult result)
    {
        if (result.GetValue(_out) is { } folder)
        {
            EvalFolder.Write(report, folder);
        }

        if (result.GetValue(_json))
        {
            _console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, EvalJson.Default.EvalReport));
            return;
        }

        if (!_console.Profile.Out.IsTerminal)
        {
            _console.Profile.Width = Math.Max(_console.Profile.Width, FileWidth);
        }

        _console.WriteLine($"{report.Model}; {report.Semantics}.");
        foreach (var table in EvalTables.Of(report))
        {
            _console.Write(table.ToConsole());
        }
    }

    /// <summary>Checks the options that say what is scored.</summary>
    /// <exception cref="FormatException">One is out of range.</exception>
    public static WindowSample Sample(Checkpoint checkpoint, int window, int maxTokens, int seed)
    {
        window = Within("--window", window, 2, checkpoint.Config.ContextLength);
        return new(window, Within("--max-tokens", maxTokens, window, int.MaxValue), seed);
    }

    private static int Within(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new FormatException($"{option} is {value}; it must be from {least} to {most}.");

    private static float[] Thresholds(float[] asked)
    {
        if (asked.FirstOrDefault(value => value is not (>= 0 and <= 1), 0) is var wrong && wrong != 0)
        {
            throw new FormatException($"--threshold is {wrong}; it must be from 0 to 1.");
        }

        return asked.Length > 0 ? [.. asked.Order()] : [.. Enumerable.Range(1, 10).Select(step => step / 10f)];
    }
}
