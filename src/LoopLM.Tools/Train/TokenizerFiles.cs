using System.Text.Json;
using LoopLM.Checkpoints.Files;
using LoopLM.Tools.Data;

namespace LoopLM.Tools.Train;

/// <summary>The tokenizer's files in a checkpoint.</summary>
internal static class TokenizerFiles
{
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
        + "'<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Copies <c>tokenizer.json</c> and writes <c>tokenizer_config.json</c>.</summary>
    /// <param name="from">Folder of the token files.</param>
    /// <param name="to">Folder of the checkpoint.</param>
    /// <param name="context">Most tokens of a text.</param>
    public static void Write(string from, string to, int context)
    {
        AtomicFile.Copy(Path.Combine(from, "tokenizer.json"), Path.Combine(to, "tokenizer.json"));
        AtomicFile.Write(Path.Combine(to, "tokenizer_config.json"), file => WriteConfig(file, context));
    }

    private static void WriteConfig(Stream file, int context)
    {
        using var json = new Utf8JsonWriter(
            file, new JsonWriterOptions
            {
                Indented = true,
                IndentSize = 1,
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            });
        json.WriteStartObject();
        json.WriteBoolean("add_prefix_space", false);
        json.WriteString("bos_token", SpecialTokens.EndOfText);
        json.WriteString("eos_token", SpecialTokens.MessageEnd);
        json.WriteString("pad_token", SpecialTokens.EndOfText);
        json.WriteNumber("model_max_length", context);
        json.WriteString("tokenizer_class", "GPT2Tokenizer");
        json.WriteString("chat_template", ChatTemplate);
        json.WriteEndObject();
    }
}
