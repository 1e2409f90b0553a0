using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Files;
using LoopLM.Checkpoints.Packing;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Kernels;

namespace LoopLM.Cpu.Storage;

/// <summary>Writes a checkpoint whose matrices are packed, so that opening it packs nothing and maps all of it.</summary>
public static unsafe class CheckpointPacker
{
    /// <summary>Packs the matrices of a checkpoint; other tensors and files stay as they are.</summary>
    /// <param name="checkpoint">The weights, not packed.</param>
    /// <param name="type">The integers.</param>
    /// <param name="folder">Where to write; it must not hold a checkpoint.</param>
    /// <exception cref="ArgumentException">The checkpoint is packed already, or the folder is taken.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(Checkpoint checkpoint, PackedType type, string folder)
    {
        var config = checkpoint.Config;
        if (config.PackedWeights is { } packed)
        {
            throw new ArgumentException(
                $"The checkpoint is packed as {packed} already; pack the one that it was made of.", nameof(checkpoint));
        }

        if (File.Exists(Path.Combine(folder, "config.json")))
        {
            throw new ArgumentException($"'{folder}' holds a checkpoint already; choose another folder.", nameof(folder));
        }

        Directory.CreateDirectory(folder);
        var kernels = VectorKernels.Of(VectorKernels.Best);

        // Packed tensors are whole cache lines long: being first, all of them begin where a line does.
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. config.Tensors.OrderBy(tensor => !config.IsPackable(tensor.Name)).Select(tensor => config.IsPackable(tensor.Name)
                ? Pack(checkpoint[tensor.Name], new PackedLayout(type, (int)tensor.Shape[0], (int)tensor.Shape[1]), kernels)
                : Copy(checkpoint[tensor.Name]))]);
        foreach (var file in Directory.EnumerateFiles(checkpoint.Folder, "tokenizer*.json"))
        {
            AtomicFile.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var fields = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint.Folder, "config.json")))!.AsObject();
        fields["looplm_weights"] = type == PackedType.Int8 ? "int8" : "int4";
        AtomicFile.Write(Path.Combine(folder, "config.json"), fields.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static NamedTensor Pack(SafetensorsTensor tensor, PackedLayout layout, VectorKernels kernels)
    {
        var bytes = new byte[layout.Bytes];
        fixed (byte* destination = bytes)
        {
            new WeightPacker(kernels, layout).Pack((output, row) => tensor.CopyTo((long)output * layout.Inputs, row), destination);
        }

        return new(tensor.Name, ElementType.UInt8, layout.Shape, bytes);
    }

    private static NamedTensor Copy(SafetensorsTensor tensor) =>
        new(tensor.Name, tensor.ElementType, tensor.Shape, new ReadOnlySpan<byte>(tensor.Data, checked((int)tensor.ByteCount)).ToArray());
}
