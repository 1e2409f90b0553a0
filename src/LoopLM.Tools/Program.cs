using System.CommandLine;
using LoopLM.Tools;
using LoopLM.Tools.Bench;
using LoopLM.Tools.Parity;
using LoopLM.Torch.Runners;
using Spectre.Console;

var runners = new Dictionary<string, RunnerOpener>
{
    ["torch"] = (checkpoint, capacity) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions()),
};

var root = new RootCommand("Tools for looped language models.")
{
    BenchCommand.Create(runners, AnsiConsole.Console),
    ParityCommand.Create(runners, AnsiConsole.Console),
};
return root.Parse(args).Invoke();
