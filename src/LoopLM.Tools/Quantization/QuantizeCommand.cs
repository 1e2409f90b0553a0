using System.CommandLine;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Storage;
using Spectre.Console;

namespace LoopLM.Tools.Quantization;

/// <summary><c>looplm quantize</c>: packs the matrices of a checkpoint as integers, which a server then maps without any work.</summary>
internal static class QuantizeCommand
{
    public static Command Create(IAnsiConsole console)
    {
        var folder = new Argument<string>("folder") { Description = "Folder of the checkpoint." };
        var weights = new Option<string>("--weights") { Description = "int8 or int4.", Required = true };
        weights.AcceptOnlyFromAmong("int8", "int4");
        var output = new Option<string>("--out") { Description = "Folder to write.", Required = true };
        var command = new Command("quantize", "Pack the matrices of a checkpoint as integers for the cpu runner.")
        {
            folder, weights, output,
        };
        command.SetAction(result =>
        {
            try
            {
                using var checkpoint = Checkpoint.Open(result.GetRequiredValue(folder));
                CheckpointPacker.Write(
                    checkpoint, result.GetValue(weights) == "int8" ? PackedType.Int8 : PackedType.Int4, result.GetRequiredValue(output));
                using var packed = Checkpoint.Open(result.GetRequiredValue(output));
                console.WriteLine(
                    $"{checkpoint.Tensors.Values.Sum(tensor => tensor.ByteCount):N0} bytes of tensors became "
                        + $"{packed.Tensors.Values.Sum(tensor => tensor.ByteCount):N0}.");
                return 0;
            }
            catch (Exception exception)
                when (exception is CheckpointException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }
}
