using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Engine.Kv;

namespace LoopLM.Tools.Parity;

/// <summary>
/// A checkpoint with the numbers that a reference implementation computed from it: <c>golden.json</c> and <c>golden.safetensors</c>.
/// </summary>
internal sealed class GoldenFolder : IDisposable
{
    private readonly SafetensorsFile _tensors;

    private GoldenFolder(Checkpoint checkpoint, SafetensorsFile tensors, int[][] prompts, GoldenTrace[] traces)
    {
        Checkpoint = checkpoint;
        _tensors = tensors;
        Prompts = prompts;
        Traces = traces;
    }

    public Checkpoint Checkpoint { get; }

    /// <summary>Token ids of each prompt.</summary>
    public IReadOnlyList<int[]> Prompts { get; }

    public IReadOnlyList<GoldenTrace> Traces { get; }

    /// <summary>Opens a folder.</summary>
    /// <exception cref="CheckpointException">The checkpoint or a golden file cannot be used.</exception>
    public static GoldenFolder Open(string folder)
    {
        var checkpoint = Checkpoint.Open(folder);
        var tensors = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        var path = Path.Combine(folder, "golden.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            int[][] prompts = [.. json.RootElement.GetProperty("prompts").EnumerateArray().Select(Integers)];
            GoldenTrace[] traces = [.. json.RootElement.GetProperty("traces").EnumerateArray().Select(ReadTrace)];
            return new GoldenFolder(checkpoint, tensors, prompts, traces);
        }
        catch (Exception exception)
            when (exception is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException(path, exception.Message);
        }
    }

    /// <summary>The reference's numbers under a name; null where it gives none.</summary>
    public float[]? Find(string name)
    {
        if (!_tensors.Tensors.TryGetValue(name, out var tensor))
        {
            return null;
        }

        var values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }

    public void Dispose()
    {
        _tensors.Dispose();
        Checkpoint.Dispose();
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetInt32())];

    private static GoldenTrace ReadTrace(JsonElement trace) => new(
        trace.GetProperty("prompt").GetInt32(),
        trace.GetProperty("threshold").GetSingle(),
        trace.GetProperty("min_loops").GetInt32(),
        trace.GetProperty("kv").GetString() switch
        {
            "last_exited" => KvLayout.LastExited,
            "shared" => KvLayout.Shared,
            var other => throw new FormatException($"kv is '{other}'; it must be last_exited or shared"),
        },
        Integers(trace.GetProperty("tokens")),
        Integers(trace.GetProperty("depths")));
}
