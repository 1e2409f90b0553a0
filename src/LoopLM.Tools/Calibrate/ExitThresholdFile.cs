using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Tools.Calibrate;

/// <summary>Sets a model's default threshold in its <c>config.json</c>.</summary>
internal static class ExitThresholdFile
{
    private const string Field = "early_exit_threshold";
    private static readonly JsonWriterOptions s_format =
        new() { Indented = true, IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Copies a configuration with another threshold; all other fields stay, and the target is replaced only when it is complete.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="target">Where it goes; it may be the same file.</param>
    /// <param name="threshold">0..1.</param>
    public static void Write(string config, string target, double threshold)
    {
        var fields = JsonNode.Parse(File.ReadAllBytes(config))!.AsObject();
        fields[Field] = JsonValue.Create(threshold);
        AtomicFile.Write(target, file =>
        {
            using var json = new Utf8JsonWriter(file, s_format);
            fields.WriteTo(json);
        });
    }
}
