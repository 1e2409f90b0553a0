using System.Runtime.InteropServices;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>A copy of a fixture in which the embedding of one token is NaN.</summary>
internal sealed class PoisonedCheckpoint : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-cpu-");

    public PoisonedCheckpoint(string fixture, int token)
    {
        using var original = Checkpoint.Open(TestData.Fixture(fixture));
        File.Copy(TestData.Fixture(fixture, "config.json"), Path.Combine(_folder.FullName, "config.json"));
        SafetensorsWriter.Write(Path.Combine(_folder.FullName, "model.safetensors"), [.. original.Tensors.Values.Select(tensor => Copy(tensor, token))]);
        Checkpoint = Checkpoint.Open(_folder.FullName);
    }

    public Checkpoint Checkpoint { get; }

    public void Dispose()
    {
        Checkpoint.Dispose();
        _folder.Delete(recursive: true);
    }

    private static NamedTensor Copy(SafetensorsTensor tensor, int token)
    {
        var numbers = new float[tensor.ElementCount];
        tensor.CopyTo(numbers);
        if (tensor.Name == "model.embed_tokens.weight")
        {
            numbers.AsSpan(token * (int)tensor.Shape[1], (int)tensor.Shape[1]).Fill(float.NaN);
        }

        return new(tensor.Name, ElementType.Float32, tensor.Shape, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
    }
}
