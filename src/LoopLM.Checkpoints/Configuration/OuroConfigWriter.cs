using System.Text.Json;
using LoopLM.Checkpoints.Files;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>Writes the <c>config.json</c> of an Ouro model.</summary>
public static class OuroConfigWriter
{
    /// <summary>
    /// Writes every field that the published configurations have and the forward pass reads; the file is replaced only when it is complete.
    /// </summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="path">The file.</param>
    /// <param name="weights">Type of the weights: Float32, BFloat16 or Float16.</param>
    public static void Save(this OuroConfig config, string path, ElementType weights)
    {
        AtomicFile.Write(path, file =>
        {
            using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, IndentSize = 1 });
            json.WriteStartObject();
            WriteShape(json, config);
            json.WriteString("torch_dtype", weights.ToString().ToLowerInvariant());
            json.WriteEndObject();
        });
    }

    private static void WriteShape(Utf8JsonWriter json, OuroConfig config)
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue("OuroForCausalLM");
        json.WriteEndArray();
        json.WriteString("model_type", config.ModelType);
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("num_key_value_heads", config.KvHeads);
        json.WriteNumber("head_dim", config.HeadDimension);
        json.WriteNumber("vocab_size", config.VocabularySize);
        json.WriteNumber("max_position_embeddings", config.ContextLength);
        json.WriteNumber("rope_theta", config.RopeTheta);
        json.WriteNull("rope_scaling");
        json.WriteNumber("rms_norm_eps", config.RmsNormEpsilon);
        json.WriteBoolean("tie_word_embeddings", false);
        json.WriteNumber("attention_dropout", 0.0);
        json.WriteBoolean("use_sliding_window", false);
        json.WriteNull("sliding_window");
        json.WriteNumber("total_ut_steps", config.Loops);
        json.WriteNumber("early_exit_threshold", config.EarlyExitThreshold);
        json.WriteStartArray("eos_token_id");
        foreach (var token in config.EndOfTextTokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
        json.WriteBoolean("use_cache", true);
    }
}
