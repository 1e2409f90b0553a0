using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;

namespace LoopLM.Torch.Tests;

/// <summary>A golden fixture: a checkpoint, and what the published model code computes from it.</summary>
internal sealed class Golden : IDisposable
{
    /// <summary>Largest difference in float32 that the fixtures allow, absolute and relative.</summary>
    private const float Tolerance = 2e-4f;

    private readonly SafetensorsFile _numbers;

    public Golden(string fixture)
    {
        Checkpoint = Checkpoint.Open(TestData.Fixture(fixture));
        _numbers = SafetensorsFile.Open(TestData.Fixture(fixture, "golden.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(TestData.Fixture(fixture, "golden.json")));
        Prompts = [.. json.RootElement.GetProperty("prompts").EnumerateArray()
            .Select(prompt => prompt.EnumerateArray().Select(token => token.GetInt32()).ToArray())];
    }

    public Checkpoint Checkpoint { get; }

    public OuroConfig Config => (OuroConfig)Checkpoint.Config;

    public IReadOnlyList<int[]> Prompts { get; }

    /// <summary>One loop's part of a tensor whose first dimension counts loops.</summary>
    public float[] Loop(string tensor, int loop)
    {
        var stored = _numbers.Tensors[tensor];
        var all = new float[stored.ElementCount];
        stored.CopyTo(all);
        var each = all.Length / Config.Loops;
        return all[((loop - 1) * each)..(loop * each)];
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(MathF.Abs(expected[i] - actual[i]) <= tolerance + (tolerance * MathF.Abs(expected[i]))))
            {
                Assert.Fail($"Number {i} of {expected.Length} is {actual[i]}, not {expected[i]}.");
            }
        }
    }

    public void Dispose()
    {
        _numbers.Dispose();
        Checkpoint.Dispose();
    }
}
