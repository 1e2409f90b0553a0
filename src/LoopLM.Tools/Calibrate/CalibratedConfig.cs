using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Tools.Calibrate;

/// <summary>Sets what was calibrated in a model's <c>config.json</c>.</summary>
internal static class CalibratedConfig
{
    /// <summary>The threshold of q-exit.</summary>
    public const string ExitThreshold = "early_exit_threshold";

    /// <summary>The loop whose drafts pay off most.</summary>
    public const string DraftLoops = "looplm_draft_loops";

    /// <summary>The share of those drafts that full depth accepts.</summary>
    public const string DraftAcceptance = "looplm_draft_acceptance";

    private static readonly JsonWriterOptions s_format =
        new() { Indented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Copies a configuration with other values; all other fields stay, and the target is replaced only when it is complete.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="target">Where it goes; it may be the same file.</param>
    /// <param name="values">The values by their fields.</param>
    public static void Write(string config, string target, IReadOnlyDictionary<string, double> values)
    {
        var fields = JsonNode.Parse(File.ReadAllBytes(config))!.AsObject();
        foreach (var (field, value) in values)
        {
            fields[field] = JsonValue.Create(value);
        }

        AtomicFile.Write(target, file =>
        {
            using var json = new Utf8JsonWriter(file, s_format);
            fields.WriteTo(json);
        });
    }
}
