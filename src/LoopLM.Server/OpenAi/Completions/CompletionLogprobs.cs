using System.Text.Json;
using LoopLM.Engine.Sampling;
using LoopLM.Server.OpenAi.Answers;

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

    /// <summary>Writes <c>prompt_logprobs</c> in vLLM's form: for each token of the prompt an object by token id, null for the first.</summary>
    public static void WritePrompt(Utf8JsonWriter json, TokenText texts, ReadOnlySpan<int> prompt, IReadOnlyList<PositionLogprobs> logprobs, int top)
    {
        json.WriteStartArray("prompt_logprobs"u8);
        json.WriteNullValue();
        for (var i = 0; i < logprobs.Count; i++)
        {
            var (token, position) = (prompt[i + 1], logprobs[i]);
            json.WriteStartObject();
            WriteRanked(json, texts, token, position.Logprob, position.Rank);
            for (var rank = 1; rank <= Math.Min(top, position.Top.Count); rank++)
            {
                if (position.Top[rank - 1] is var each && each.Token != token)
                {
                    WriteRanked(json, texts, each.Token, each.Logprob, rank);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
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
        for (var i = 0; i < Math.Min(top, logprobs.Top.Count); i++)
        {
            var each = logprobs.Top[i];
            isAmongThem |= each.Token == token;
            json.WriteNumber(texts.Of(each.Token), ChoiceWriter.Finite(each.Logprob));
        }

        if (!isAmongThem)
        {
            json.WriteNumber(texts.Of(token), ChoiceWriter.Finite(logprobs.Logprob));
        }

        json.WriteEndObject();
    }

    private static void WriteRanked(Utf8JsonWriter json, TokenText texts, int token, float logprob, int rank)
    {
        json.WriteStartObject(token.ToString());
        json.WriteNumber("logprob"u8, ChoiceWriter.Finite(logprob));
        json.WriteNumber("rank"u8, rank);
        json.WriteString("decoded_token"u8, texts.Of(token));
        json.WriteEndObject();
    }
}
