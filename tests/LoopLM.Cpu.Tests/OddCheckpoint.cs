using System.Runtime.InteropServices;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Cpu.Tests;

/// <summary>A model with random weights none of whose sizes is a whole number of blocks.</summary>
internal sealed class OddCheckpoint : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-cpu-");

    /// <summary>Creates the model.</summary>
    /// <param name="poisonedToken">A token whose embedding is NaN; -1 for none.</param>
    /// <param name="zeroTensor">A tensor that is all zeros.</param>
    public OddCheckpoint(int poisonedToken = -1, string? zeroTensor = null)
    {
        var config = Path.Combine(_folder.FullName, "config.json");
        File.WriteAllText(config, """
            {
              "model_type": "ouro", "hidden_act": "silu", "vocab_size": 61, "hidden_size": 42, "intermediate_size": 75, "num_hidden_layers": 2,
              "num_attention_heads": 6, "num_key_value_heads": 3, "head_dim": 10, "max_position_embeddings": 200, "rope_theta": 10000.0,
              "rms_norm_eps": 1e-6, "total_ut_steps": 3, "early_exit_threshold": 1.0
            }
            """);
        var random = new Random(5);
        SafetensorsWriter.Write(
            Path.Combine(_folder.FullName, "model.safetensors"),
            [.. ModelConfig.Load(config).Tensors
                .Select(tensor => Create(tensor.Name, [.. tensor.Shape], random, poisonedToken, zeroTensor))]);
        Checkpoint = Checkpoint.Open(_folder.FullName);
    }

    public Checkpoint Checkpoint { get; }

    public void Dispose()
    {
        Checkpoint.Dispose();
        _folder.Delete(recursive: true);
    }

    private static NamedTensor Create(string name, long[] shape, Random random, int poisonedToken, string? zeroTensor)
    {
        var numbers = new float[shape.Aggregate((product, size) => product * size)];
        foreach (ref var number in numbers.AsSpan())
        {
            number = random.NextSingle() - 0.5f;
        }

        if (name == zeroTensor)
        {
            Array.Clear(numbers);
        }

        if (name == "model.embed_tokens.weight" && poisonedToken >= 0)
        {
            numbers.AsSpan(poisonedToken * (int)shape[1], (int)shape[1]).Fill(float.NaN);
        }

        return new(name, ElementType.Float32, [.. shape], MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
    }
}
