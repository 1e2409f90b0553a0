using System.CommandLine;
using LoopLM.Cpu.Runners;
using LoopLM.Tools;
using LoopLM.Tools.Bench;
using LoopLM.Tools.Calibrate;
using LoopLM.Tools.Data;
using LoopLM.Tools.Eval;
using LoopLM.Tools.Parity;
using LoopLM.Tools.Tokenizer;
using LoopLM.Tools.Train;
using LoopLM.Torch.Runners;
using Spectre.Console;

var runners = new Dictionary<string, RunnerOpener>
{
    ["cpu"] = (checkpoint, capacity) => new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions { Weights = WeightType.Float32 }),
    ["torch"] = (checkpoint, capacity) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions()),
};

var root = new RootCommand("Tools for looped language models.")
{
    BenchCommand.Create(runners, AnsiConsole.Console),
    CalibrateCommand.Create(AnsiConsole.Console),
    DataCommand.Create(AnsiConsole.Console),
    EvalCommand.Create(runners, AnsiConsole.Console),
    ParityCommand.Create(runners, AnsiConsole.Console),
    TokenizerCommand.Create(AnsiConsole.Console),
    TrainCommand.Create(AnsiConsole.Console),
};
return root.Parse(args).Invoke();
