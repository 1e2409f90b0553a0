using System.Text.Json;
using LoopLM.Engine.Sampling;

namespace LoopLM.Server.Rest.Output;

/// <summary>Writes what the model says about a prompt.</summary>
internal static class PromptLogprobsWriter
{
    /// <summary>
    /// Writes <c>prompt_logprobs</c> in vLLM's form: for each token of the prompt an object by token id, null for the first.
    /// </summary>
    /// <param name="json">Where to.</param>
    /// <param name="texts">Writes tokens.</param>
    /// <param name="prompt">The prompt's tokens.</param>
    /// <param name="logprobs">Of the second token and those after it.</param>
    /// <param name="top">Most probable tokens of each; the token itself comes first.</param>
    public static void WritePromptLogprobs(
        this Utf8JsonWriter json, TokenText texts, ReadOnlySpan<int> prompt, IReadOnlyList<PositionLogprobs> logprobs, int top)
    {
        json.WriteStartArray("prompt_logprobs"u8);
        json.WriteNullValue();
        for (var i = 0; i < logprobs.Count; i++)
        {
            var (token, position) = (prompt[i + 1], logprobs[i]);
            json.WriteStartObject();
            WriteRanked(json, texts, token, position.Logprob, position.Rank);
            for (var rank = 1; rank <= ChoiceWriter.Shown(top, position.Top.Count); rank++)
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

    private static void WriteRanked(Utf8JsonWriter json, TokenText texts, int token, float logprob, int rank)
    {
        json.WriteStartObject(token.ToString());
        json.WriteNumber("logprob"u8, ChoiceWriter.Finite(logprob));
        json.WriteNumber("rank"u8, rank);
        json.WriteString("decoded_token"u8, texts.Of(token));
        json.WriteEndObject();
    }
}
