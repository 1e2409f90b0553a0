using System.Text.Json;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Rest.Output;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>Writes log-probabilities in the forms of this endpoint.</summary>
internal static class CompletionLogprobs
{
    /// <summary>Writes <c>logprobs</c>: parallel arrays over some tokens. The first token of a prompt has none.</summary>
    /// <param name="json">Within the choice.</param>
    /// <param name="texts">Writes tokens.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="top">Most probable tokens of each; the token itself comes on top of them where it is none of them.</param>
    public static void Write(Utf8JsonWriter json, TokenText texts, IReadOnlyList<ScoredToken> tokens, int top)
    {
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("tokens"u8);
        foreach (var (token, _, _) in tokens)
        {
            json.WriteStringValue(texts.Of(token));
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs"u8);
        foreach (var (_, _, logprobs) in tokens)
        {
            if (logprobs is null)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteNumberValue(ChoiceWriter.Finite(logprobs.Logprob));
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs"u8);
        foreach (var (token, _, logprobs) in tokens)
        {
            WriteTop(json, texts, token, logprobs, top);
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset"u8);
        foreach (var (_, offset, _) in tokens)
        {
            json.WriteNumberValue(offset);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTop(Utf8JsonWriter json, TokenText texts, int token, PositionLogprobs? logprobs, int top)
    {
        if (logprobs is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        var isAmongThem = false;
        var shown = ChoiceWriter.Shown(top, logprobs.Top.Count);
        for (var i = 0; i < shown + logprobs.Named.Count; i++)
        {
            var each = i < shown ? logprobs.Top[i] : logprobs.Named[i - shown];
            isAmongThem |= each.Token == token;
            json.WriteNumber(texts.Of(each.Token), ChoiceWriter.Finite(each.Logprob));
        }

        if (!isAmongThem)
        {
            json.WriteNumber(texts.Of(token), ChoiceWriter.Finite(logprobs.Logprob));
        }

        json.WriteEndObject();
    }
}
