using System.CommandLine;
using LoopLM.Tools;
using LoopLM.Tools.Bench;
using LoopLM.Tools.Data;
using LoopLM.Tools.Parity;
using LoopLM.Tools.Tokenizer;
using LoopLM.Tools.Train;
using LoopLM.Torch.Runners;
using Spectre.Console;

var runners = new Dictionary<string, RunnerOpener>
{
    ["torch"] = (checkpoint, capacity) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions()),
};

var root = new RootCommand("Tools for looped language models.")
{
    BenchCommand.Create(runners, AnsiConsole.Console),
    DataCommand.Create(AnsiConsole.Console),
    ParityCommand.Create(runners, AnsiConsole.Console),
    TokenizerCommand.Create(AnsiConsole.Console),
    TrainCommand.Create(AnsiConsole.Console),
};
return root.Parse(args).Invoke();
