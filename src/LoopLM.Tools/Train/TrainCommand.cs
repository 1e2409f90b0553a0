using System.CommandLine;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Torch.Ouro;
using LoopLM.Training;
using LoopLM.Training.Data;
using LoopLM.Training.Native;
using Spectre.Console;
using TorchSharp;

namespace LoopLM.Tools.Train;

/// <summary><c>looplm train</c>: trains a looped model. Stopped at any time, the same command goes on from the last save.</summary>
internal sealed class TrainCommand
{
    /// <summary>Virtual room for the states of a step's passes.</summary>
    private const long HeapBytes = 4L << 30;

    private readonly Option<string> _data = new("--data") { Description = "Folder that `looplm data` wrote.", Required = true };
    private readonly Option<string> _out = new("--out") { Description = "Folder of the run: checkpoint, state, curves.", Required = true };
    private readonly Option<string?> _from =
        new("--from") { Description = "Checkpoint to start from; it gives the shape. Default: random weights of the shape below." };
    private readonly Option<int> _hidden = Number("--hidden", "Length of a state.", 256);
    private readonly Option<int> _layers = Number("--layers", "Layers of one loop.", 2);
    private readonly Option<int> _heads = Number("--heads", "Query heads.", 8);
    private readonly Option<int?> _kvHeads = new("--kv-heads") { Description = "Key and value heads. Default: as many as query heads." };
    private readonly Option<int?> _ffn =
        new("--ffn") { Description = "Inner length of the SwiGLU. Default: 2.75 times --hidden, in steps of 64." };
    private readonly Option<int?> _loops = new("--loops") { Description = "Loops (T) of this stage. Default: those of --from, else 4." };
    private readonly Option<int> _context = Number("--context", "Most positions of a sequence; goes into config.json.", 1024);
    private readonly Option<float> _theta =
        new("--rope-theta") { Description = "Base of the rotary embedding.", DefaultValueFactory = _ => 10000 };
    private readonly Option<int> _stage = Number(
        "--stage", "1: model and gate on the expected loss; 2: the gate alone on realised gains.", 1);
    private readonly Option<int> _steps = new("--steps") { Description = "Steps in all.", Required = true };
    private readonly Option<int> _window = Number("--window", "Tokens of a window that documents are packed into.", 128);
    private readonly Option<int> _windows = Number("--windows", "Windows of a step.", 32);
    private readonly Option<int> _microBatches = Number("--micro-batches", "Parts of a step whose gradients are added up.", 2);
    private readonly Option<int> _workers = Number(
        "--workers", "Threads on the CPU, each with its own micro-batch; no influence on the result.", Environment.ProcessorCount);
    private readonly Option<string> _precision =
        new("--precision") { Description = "float32, or mixed: passes in bfloat16.", DefaultValueFactory = _ => "mixed" };
    private readonly Option<double> _rate = Fraction("--learning-rate", "Peak learning rate.", 1e-3);
    private readonly Option<double> _finalRate = Fraction("--final-learning-rate", "Learning rate at the end, relative to the peak.", 0.1);
    private readonly Option<int> _warmUp = Number("--warm-up", "Steps until the peak.", 100);
    private readonly Option<double> _decay = Fraction("--weight-decay", "Decoupled decay of the matrices.", 0.1);
    private readonly Option<double> _clip = Fraction("--clip", "Largest norm of the gradient.", 1);
    private readonly Option<double> _beta = Fraction("--beta", "Weight of the exit entropy at the start.", 0.1);
    private readonly Option<double> _finalBeta = Fraction("--final-beta", "Weight of the exit entropy at the end.", 0.05);
    private readonly Option<int> _seed = Number("--seed", "Seed of the weights and of the order of the data.", 1);
    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<double> _maxTime = Fraction(
        "--max-time", "Minutes after which the run saves and pauses.", double.PositiveInfinity);
    private readonly Option<int> _reportEvery = Number("--report-every", "Steps between reports.", 20);
    private readonly Option<int> _evaluateEvery = Number("--evaluate-every", "Steps between evaluations on held-out documents.", 200);
    private readonly Option<int> _saveEvery = Number("--save-every", "Steps between saves.", 200);
    private readonly IAnsiConsole _console;

    private TrainCommand(IAnsiConsole console) => _console = console;

    public static Command Create(IAnsiConsole console)
    {
        var train = new TrainCommand(console);
        train._precision.AcceptOnlyFromAmong("float32", "mixed");
        var command = new Command("train", "Train a looped model.")
        {
            train._data, train._out, train._from, train._hidden, train._layers, train._heads,
            train._kvHeads, train._ffn, train._loops, train._context, train._theta,
            train._stage, train._steps, train._window, train._windows, train._microBatches,
            train._workers, train._precision, train._rate, train._finalRate, train._warmUp,
            train._decay, train._clip, train._beta, train._finalBeta, train._seed, train._device,
            train._maxTime, train._reportEvery, train._evaluateEvery, train._saveEvery,
        };
        command.SetAction((result, cancellation) => Task.FromResult(train.Invoke(result, cancellation)));
        return command;
    }

    private int Invoke(ParseResult result, CancellationToken cancellation)
    {
        try
        {
            Run(result, cancellation);
            return 0;
        }
        catch (Exception exception)
            when (exception is CheckpointException or FormatException or ArgumentException or IOException or InvalidOperationException)
        {
            _console.WriteLine(exception.Message);
            return 1;
        }
    }

    private void Run(ParseResult result, CancellationToken cancellation)
    {
        var (data, folder) = (result.GetRequiredValue(_data), new RunFolder(result.GetRequiredValue(_out)));
        var dataset = TokenDataset.Load(data);
        using var start = result.GetValue(_from) is { } from ? Checkpoint.Open(from) : null;
        var settings = new TrainSettings { Data = data, From = start?.Folder, Shape = Shape(result, start), Training = Training(result) };
        NativeHeap.KeepMemory(HeapBytes);
        torch.set_num_threads(Math.Max(1, Environment.ProcessorCount / settings.Training.Workers));
        using var model = new OuroModel(
            settings.Shape.Config(dataset.VocabularySize),
            new Placement(new torch.Device(result.GetRequiredValue(_device)), torch.ScalarType.Float32));
        model.Initialise(settings.Training.Seed);
        if (start is not null)
        {
            model.Load(start);
        }

        using var trainer = new Trainer(model, dataset.Read(data, dataset.Train), settings.Training);
        Directory.CreateDirectory(folder.Path);
        var run = new TrainingRun(folder, settings, model, trainer, dataset.Read(data, dataset.HeldOut), dataset.Kinds)
        {
            Every = (result.GetValue(_reportEvery), result.GetValue(_evaluateEvery), result.GetValue(_saveEvery)),
            MaxTime = double.IsFinite(result.GetValue(_maxTime)) ? TimeSpan.FromMinutes(result.GetValue(_maxTime)) : TimeSpan.MaxValue,
        };
        var parameters = model.parameters().Sum(parameter => parameter.numel());
        _console.WriteLine(
            $"{parameters:N0} parameters, {settings.Shape.Loops} loops; "
                + $"an epoch is {trainer.Windows / (double)settings.Training.Windows:F0} steps; "
                + $"step {trainer.Step} of {settings.Training.Steps}.");
        TrainProgress.Show(_console, settings.Training.Steps, trainer.Step, progress =>
            run.Run(progress.Report, progress.Evaluated, cancellation));
        _console.WriteLine($"Step {trainer.Step} of {settings.Training.Steps} is saved in {folder.Path}.");
    }

    private ModelShape Shape(ParseResult result, Checkpoint? start)
    {
        if (start?.Config is OuroConfig config)
        {
            return new(config.HiddenSize, config.Layers, config.Heads, config.KvHeads, config.IntermediateSize,
                result.GetValue(_loops) ?? config.Loops, config.ContextLength, config.RopeTheta);
        }

        var (hidden, heads) = (result.GetValue(_hidden), result.GetValue(_heads));
        if (heads < 1 || hidden % (2 * heads) != 0)
        {
            throw new FormatException($"--hidden is {hidden}, --heads {heads}; a head must have an even length.");
        }

        var ffn = result.GetValue(_ffn) ?? (int)Math.Round(2.75 * hidden / 64) * 64;
        return new(hidden, result.GetValue(_layers), heads, result.GetValue(_kvHeads) ?? heads,
            ffn, result.GetValue(_loops) ?? 4, result.GetValue(_context), result.GetValue(_theta));
    }

    private TrainerOptions Training(ParseResult result) => new()
    {
        Stage = result.GetValue(_stage) switch
        {
            1 => TrainingStage.ExpectedLoss,
            2 => TrainingStage.GateGain,
            var other => throw new FormatException($"--stage is {other}; it must be 1 or 2."),
        },
        Steps = result.GetValue(_steps),
        WindowLength = result.GetValue(_window),
        Windows = result.GetValue(_windows),
        MicroBatches = result.GetValue(_microBatches),
        Workers = result.GetValue(_workers),
        MixedPrecision = result.GetValue(_precision) == "mixed",
        LearningRate = result.GetValue(_rate),
        FinalLearningRate = result.GetValue(_finalRate),
        WarmUp = result.GetValue(_warmUp),
        WeightDecay = result.GetValue(_decay),
        ClipNorm = result.GetValue(_clip),
        Beta = result.GetValue(_beta),
        FinalBeta = result.GetValue(_finalBeta),
        Seed = result.GetValue(_seed),
    };

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<double> Fraction(string name, string description, double value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
