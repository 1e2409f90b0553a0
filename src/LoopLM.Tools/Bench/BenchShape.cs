using System.Globalization;
using System.Runtime.InteropServices;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Tools.Bench;

/// <summary>
/// Sizes of an Ouro model, of which a checkpoint with random bfloat16 weights can be made. Speed does not depend on what weights say.
/// </summary>
internal sealed record BenchShape(
    int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int HeadDimension, int Vocabulary, int Loops)
{
    private static readonly Dictionary<string, BenchShape> s_known = new()
    {
        ["ouro-1.4b"] = new(2048, 5632, 24, 16, 16, 128, 49152, 4),
        ["ouro-2.6b"] = new(2048, 5632, 48, 16, 16, 128, 49152, 4),
        ["bundled"] = new(192, 512, 3, 6, 6, 32, 260, 4),
    };

    /// <summary>Reads the option's text: a known name, or <c>custom:</c> and the sizes in the order of this record.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static BenchShape Parse(string text)
    {
        if (s_known.TryGetValue(text, out var shape))
        {
            return shape;
        }

        var sizes = text.StartsWith("custom:", StringComparison.Ordinal)
            ? text["custom:".Length..].Split(',')
                .Select(size => int.TryParse(size, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray()
            : [];
        return sizes.Length == 8 && sizes.All(size => size > 0)
            ? new(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7])
            : throw new FormatException(
                $"--shape is '{text}'; it must be {string.Join(", ", s_known.Keys)} or "
                    + "custom:HIDDEN,INTERMEDIATE,LAYERS,HEADS,KV_HEADS,HEAD_DIM,VOCABULARY,LOOPS.");
    }

    /// <summary>Writes a checkpoint with random weights.</summary>
    public void Write(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {
              "model_type": "ouro", "hidden_act": "silu", "vocab_size": {{Vocabulary}}, "hidden_size": {{Hidden}}, "intermediate_size": {{Intermediate}},
              "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "num_key_value_heads": {{KvHeads}}, "head_dim": {{HeadDimension}},
              "max_position_embeddings": 65536, "rope_theta": 1000000.0, "rms_norm_eps": 1e-6, "total_ut_steps": {{Loops}}, "early_exit_threshold": 1.0
            }
            """);
        var tensors = ModelConfig.Load(Path.Combine(folder, "config.json")).Tensors.ToArray();
        var lengths = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape.Aggregate((product, size) => product * size));

        // All tensors are the same random numbers, each from the first: making the largest is enough.
        var numbers = new ushort[lengths.Values.Max()];
        var random = new Random(1);
        foreach (ref var number in numbers.AsSpan())
        {
            number = (ushort)(BitConverter.SingleToUInt32Bits((random.NextSingle() - 0.5f) / 8) >> 16);
        }

        var bytes = new byte[numbers.Length * sizeof(ushort)];
        MemoryMarshal.AsBytes(numbers.AsSpan()).CopyTo(bytes);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. tensors.Select(
                tensor => new NamedTensor(
                    tensor.Name, ElementType.BFloat16, tensor.Shape, bytes.AsMemory(0, (int)lengths[tensor.Name] * sizeof(ushort))))]);
    }
}
