using System.CommandLine;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Tools;
using LoopLM.Tools.Bench;
using LoopLM.Tools.Calibrate;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Eval;
using LoopLM.Tools.Parity;
using LoopLM.Tools.Quantization;
using LoopLM.Tools.Soak;
using LoopLM.Tools.Tokenizer;
using LoopLM.Tools.Train;
using LoopLM.Torch.Runners;
using Spectre.Console;

var runners = new Dictionary<string, RunnerOpener>
{
    ["cpu"] = (checkpoint, capacity, weights) => new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions { Weights = Enum.Parse<WeightType>(weights, ignoreCase: true) }),
    ["torch"] = (checkpoint, capacity, weights) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions { DataType = TorchType(weights) }),
};

var benchRunners = new Dictionary<string, BenchRunnerOpener>
{
    ["cpu"] = (checkpoint, capacity, settings) =>
    {
        var runner = new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions
        {
            Weights = Enum.Parse<WeightType>(settings.Weights, ignoreCase: true),
            Kv = Enum.Parse<KvType>(settings.Kv, ignoreCase: true),
            Threads = settings.Threads,
        });
        return new BenchRunner(runner, runner.Weights.ToString().ToLowerInvariant(), runner.Threads);
    },
    ["torch"] = (checkpoint, capacity, settings) =>
    {
        var weights = settings.Weights == "auto" ? "float32" : settings.Weights;
        var options = new TorchRunnerOptions { DataType = TorchType(weights), Threads = settings.Threads };
        return new BenchRunner(new TorchModelRunner(checkpoint, capacity, options), weights, settings.Threads ?? Environment.ProcessorCount);
    },
};

var root = new RootCommand("Tools for looped language models.")
{
    BenchCommand.Create(benchRunners, AnsiConsole.Console, ReadBandwidth.Measure),
    CalibrateCommand.Create(AnsiConsole.Console),
    DataCommand.Create(AnsiConsole.Console),
    EvalCommand.Create(runners, AnsiConsole.Console),
    ParityCommand.Create(runners, AnsiConsole.Console),
    QuantizeCommand.Create(AnsiConsole.Console),
    SoakCommand.Create(AnsiConsole.Console),
    TalesCommand.Create(AnsiConsole.Console),
    TokenizerCommand.Create(AnsiConsole.Console),
    TrainCommand.Create(AnsiConsole.Console),
};
return root.Parse(args).Invoke();

static ElementType TorchType(string weights) => weights switch
{
    "float32" => ElementType.Float32,
    "bfloat16" => ElementType.BFloat16,
    _ => throw new ArgumentException($"--weights is {weights}; the torch runner has float32 and bfloat16."),
};
