using System.Runtime.InteropServices;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;

namespace LoopLM.Torch.Tests;

/// <summary>A copy of a fixture's checkpoint with other numbers, or of another type.</summary>
internal sealed class AlteredCheckpoint : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;

    /// <summary>Copies a fixture.</summary>
    /// <param name="fixture">The fixture.</param>
    /// <param name="type">Float32 or Float16.</param>
    /// <param name="alter">The new number from a tensor's name and the old one.</param>
    public AlteredCheckpoint(string fixture, ElementType type, Func<string, float, float> alter)
    {
        File.Copy(TestData.Fixture(fixture, "config.json"), Path.Combine(_folder, "config.json"));
        using (var original = Checkpoint.Open(TestData.Fixture(fixture)))
        {
            SafetensorsWriter.Write(
                Path.Combine(_folder, "model.safetensors"), [.. original.Tensors.Values.Select(tensor => Alter(tensor, type, alter))]);
        }

        Checkpoint = Checkpoint.Open(_folder);
    }

    public Checkpoint Checkpoint { get; }

    public void Dispose()
    {
        Checkpoint.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static NamedTensor Alter(SafetensorsTensor tensor, ElementType type, Func<string, float, float> alter)
    {
        var numbers = new float[tensor.ElementCount];
        tensor.CopyTo(numbers);
        numbers = [.. numbers.Select(number => alter(tensor.Name, number))];
        var bytes = type == ElementType.Float16
            ? MemoryMarshal.AsBytes<Half>(numbers.Select(number => (Half)number).ToArray()).ToArray()
            : MemoryMarshal.AsBytes<float>(numbers).ToArray();
        return new NamedTensor(tensor.Name, type, tensor.Shape, bytes);
    }
}
