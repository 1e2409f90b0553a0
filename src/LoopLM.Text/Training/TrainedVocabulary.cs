using System.Text.Encodings.Web;
using System.Text.Json;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Training;

/// <summary>A byte-level BPE vocabulary. Ids: special tokens, the 256 bytes in order, one for every merge.</summary>
/// <param name="SpecialTokens">Names of the special tokens.</param>
/// <param name="Merges">Pairs of ids that become a token, in order.</param>
public sealed record TrainedVocabulary(IReadOnlyList<string> SpecialTokens, IReadOnlyList<(int Left, int Right)> Merges)
{
    /// <summary>Tokens that stand for one byte each.</summary>
    public const int Bytes = 256;

    private static readonly JsonWriterOptions s_format =
        new() { Indented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Tokens in all.</summary>
    public int Size => SpecialTokens.Count + Bytes + Merges.Count;

    /// <summary>
    /// Writes it as a Hugging Face tokenizer.json with Ouro's pre-tokenizer, which <see cref="ByteLevelBpeTokenizer"/> loads.
    /// </summary>
    public void Write(Stream stream)
    {
        var tokens = Tokens();
        using var json = new Utf8JsonWriter(stream, s_format);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json);
        json.WriteNull("normalizer");
        json.WritePropertyName("pre_tokenizer");
        json.WriteRawValue("""
            {"type": "Sequence", "pretokenizers": [
             {"type": "Digits", "individual_digits": true},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}
            """);
        json.WriteNull("post_processor");
        json.WritePropertyName("decoder");
        json.WriteRawValue("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""");
        WriteModel(json, tokens);
        json.WriteEndObject();
    }

    private string[] Tokens()
    {
        var tokens = new List<string>(SpecialTokens);
        tokens.AddRange(Enumerable.Range(0, Bytes).Select(value => ByteAlphabet.Symbol((byte)value).ToString()));
        foreach (var (left, right) in Merges)
        {
            tokens.Add(tokens[left] + tokens[right]);
        }

        return [.. tokens];
    }

    private void WriteAddedTokens(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < SpecialTokens.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", SpecialTokens[id]);
            foreach (var flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
            {
                json.WriteBoolean(flag, false);
            }

            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteModel(Utf8JsonWriter json, string[] tokens)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (var none in (ReadOnlySpan<string>)["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            json.WriteNull(none);
        }

        foreach (var flag in (ReadOnlySpan<string>)["fuse_unk", "byte_fallback", "ignore_merges"])
        {
            json.WriteBoolean(flag, false);
        }

        json.WriteStartObject("vocab");
        for (var id = 0; id < tokens.Length; id++)
        {
            json.WriteNumber(tokens[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in Merges)
        {
            json.WriteStringValue($"{tokens[left]} {tokens[right]}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
