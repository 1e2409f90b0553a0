using System.Text.Json;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Conversations;

/// <summary>Writes log-probabilities in the form of this endpoint: an object for each token, with its bytes.</summary>
internal static class ChatLogprobs
{
    /// <summary>Writes <c>logprobs</c>.</summary>
    /// <param name="json">Within the choice.</param>
    /// <param name="tokenizer">Gives the bytes of tokens.</param>
    /// <param name="texts">Writes tokens.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="top">How many of the most probable tokens each shows.</param>
    public static void Write(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer, TokenText texts, ReadOnlySpan<TextEvent> tokens, int top)
    {
        json.WriteStartObject("logprobs"u8);
        WriteTokens(json, "content"u8, tokenizer, texts, tokens, top);
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the list of tokens alone.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">The list's name.</param>
    /// <param name="tokenizer">Gives the bytes of tokens.</param>
    /// <param name="texts">Writes tokens.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="top">How many of the most probable tokens each shows.</param>
    public static void WriteTokens(
        Utf8JsonWriter json, ReadOnlySpan<byte> name, ByteLevelBpeTokenizer tokenizer,
        TokenText texts, ReadOnlySpan<TextEvent> tokens, int top)
    {
        json.WriteStartArray(name);
        foreach (ref readonly var token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, tokenizer, texts, token.Token, token.Logprobs!.Logprob);
            json.WriteStartArray("top_logprobs"u8);
            var shown = ChoiceWriter.Shown(top, token.Logprobs.Top.Count);
            for (var i = 0; i < shown + token.Logprobs.Named.Count; i++)
            {
                var each = i < shown ? token.Logprobs.Top[i] : token.Logprobs.Named[i - shown];
                json.WriteStartObject();
                WriteToken(json, tokenizer, texts, each.Token, each.Logprob);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer, TokenText texts, int token, float logprob)
    {
        json.WriteString("token"u8, texts.Of(token));
        json.WriteNumber("logprob"u8, ChoiceWriter.Finite(logprob));
        json.WriteStartArray("bytes"u8);
        foreach (var value in tokenizer.GetTokenBytes(token))
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
