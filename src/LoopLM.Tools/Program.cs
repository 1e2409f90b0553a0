using System.CommandLine;
using LoopLM.Models;
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
using Spectre.Console;

var root = new RootCommand("Tools for looped language models.")
{
    BenchCommand.Create(ModelRunners.BuiltIn, AnsiConsole.Console, ReadBandwidth.Measure),
    CalibrateCommand.Create(AnsiConsole.Console),
    DataCommand.Create(AnsiConsole.Console),
    EvalCommand.Create(ModelRunners.BuiltIn, AnsiConsole.Console),
    ParityCommand.Create(ModelRunners.BuiltIn, AnsiConsole.Console),
    QuantizeCommand.Create(AnsiConsole.Console),
    SoakCommand.Create(AnsiConsole.Console),
    TalesCommand.Create(AnsiConsole.Console),
    TokenizerCommand.Create(AnsiConsole.Console),
    TrainCommand.Create(AnsiConsole.Console),
};
return root.Parse(args).Invoke();
