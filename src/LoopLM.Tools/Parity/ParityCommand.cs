using System.CommandLine;
using LoopLM.Checkpoints;
using LoopLM.Models;
using Spectre.Console;

namespace LoopLM.Tools.Parity;

/// <summary>
/// <c>looplm parity FOLDER...</c>: compares runners with reference numbers; exits with 1 where one is outside the tolerances.
/// </summary>
internal static class ParityCommand
{
    public static Command Create(ModelRunners runners, IAnsiConsole console)
    {
        var folders = new Argument<string[]>("FOLDER")
        {
            Description = "Folders in the golden format: a checkpoint with golden.json and golden.safetensors.",
            Arity = ArgumentArity.OneOrMore,
        };
        var names = new Option<string[]>("--runner")
        {
            Description = "Runners to compare; default all.",
            DefaultValueFactory = _ => [.. runners.Names],
        };
        names.AcceptOnlyFromAmong([.. runners.Names]);
        var command = new Command("parity",
            "Compare runners with a reference: largest error of every tensor, adaptive traces alone and batched.") { folders, names };
        command.SetAction(result =>
        {
            var agrees = true;
            foreach (var folder in result.GetRequiredValue(folders))
            {
                foreach (var name in result.GetRequiredValue(names))
                {
                    try
                    {
                        var report = Compare(folder, name, runners);
                        Print(report, console);
                        agrees &= report.Agrees;
                    }
                    catch (CheckpointException exception)
                    {
                        console.WriteLine(exception.Message);
                        agrees = false;
                    }
                }
            }

            return agrees ? 0 : 1;
        });
        return command;
    }

    /// <summary>Compares one runner with one folder.</summary>
    public static ParityReport Compare(string folder, string runner, ModelRunners runners)
    {
        using var golden = GoldenFolder.Open(folder);
        var factory = runners.FactoryOf(runner, golden.Checkpoint, new() { Weights = "float32" });
        var tensors = PromptParity.Compare(golden, factory.Open).ToList();
        var traces = TraceParity.Compare(golden, factory.Open, tensors);
        return new ParityReport(folder, runner, tensors, traces);
    }

    private static void Print(ParityReport report, IAnsiConsole console)
    {
        console.WriteLine($"{report.Folder}, runner {report.Runner}");
        var tensors = new Table().AddColumns("tensor", "largest error", "outside tolerance");
        foreach (var tensor in report.Tensors)
        {
            tensors.AddRow(tensor.Tensor, $"{tensor.LargestError:E2}", $"{tensor.Outside}");
        }

        var traces = new Table().AddColumns("KV layout", "run", "traces equal");
        foreach (var trace in report.Traces)
        {
            traces.AddRow($"{trace.Layout}", trace.Batched ? "batched" : "alone", $"{trace.Equal}/{trace.Total}");
        }

        console.Write(tensors);
        console.Write(traces);
        console.WriteLine(report.Agrees ? "agrees" : "DISAGREES");
    }
}
