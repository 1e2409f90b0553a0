using System.Text.Json;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Rest.Output;

/// <summary>What every endpoint that generates writes of its choices: the loop extensions, the reason of the end, the usage.</summary>
internal static class ChoiceWriter
{
    /// <summary>JSON knows no infinity; OpenAI writes this for a token that the model excludes.</summary>
    private const float LeastLogprob = -9999;

    /// <summary>
    /// Writes the members that stand for each token of a choice: exit steps and, where requested,
    /// gate probabilities, loop log-probabilities.
    /// </summary>
    /// <param name="json">Within the choice.</param>
    /// <param name="tokens">The tokens that this choice or chunk holds.</param>
    /// <param name="request">What was requested.</param>
    /// <param name="texts">Writes tokens.</param>
    public static void WriteLoops(this Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens, TextRequest request, TokenText texts)
    {
        json.WriteStartArray("exit_steps"u8);
        foreach (ref readonly var token in tokens)
        {
            json.WriteNumberValue(token.ExitStep);
        }

        json.WriteEndArray();
        if (request.Reports.Drafted)
        {
            json.WriteDrafted(tokens);
        }

        if (request.Reports.Gates)
        {
            json.WriteGates(tokens);
        }

        if (request.Reports.LoopLogprobs > 0)
        {
            json.WriteLoopLogprobs(tokens, texts);
        }
    }

    /// <summary>Writes <c>token_ids</c>.</summary>
    public static void WriteTokenIds(this Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens)
    {
        json.WriteStartArray("token_ids"u8);
        foreach (ref readonly var token in tokens)
        {
            json.WriteNumberValue(token.Token);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an array of token ids.</summary>
    public static void WriteTokens(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<int> tokens)
    {
        json.WriteStartArray(name);
        foreach (var token in tokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>finish_reason</c>, null before the end, and at the end <c>stop_reason</c>.</summary>
    /// <param name="json">Within the choice.</param>
    /// <param name="part">What happened to the choice.</param>
    /// <param name="calledTools">Whether its text calls tools.</param>
    public static void WriteFinish(this Utf8JsonWriter json, in TextEvent part, bool calledTools = false)
    {
        if (!part.IsEnd)
        {
            json.WriteNull("finish_reason"u8);
            return;
        }

        json.WriteString(
            "finish_reason"u8, part.FinishReason == TextFinishReason.Length ? "length"u8 : calledTools ? "tool_calls"u8 : "stop"u8);
        json.WriteStopReason(part);
    }

    /// <summary>Writes <c>stop_reason</c>: the stop string, the request's stop token, or null.</summary>
    public static void WriteStopReason(this Utf8JsonWriter json, in TextEvent part)
    {
        if (part.StopToken is { } token)
        {
            json.WriteNumber("stop_reason"u8, token);
        }
        else
        {
            json.WriteString("stop_reason"u8, part.Stop);
        }
    }

    /// <summary>Writes <c>usage</c>: of all choices together, each prompt counted once.</summary>
    /// <param name="json">Within the answer.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="reasoningTokens">How many of their tokens are reasoning; null where reasoning is not separated.</param>
    public static void WriteUsage(this Utf8JsonWriter json, TextChoices choices, int? reasoningTokens = null)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, choices.PromptTokens);
        json.WriteNumber("completion_tokens"u8, choices.CompletionTokens);
        json.WriteNumber("total_tokens"u8, choices.PromptTokens + choices.CompletionTokens);
        json.WriteCached("prompt_tokens_details"u8, choices);
        if (reasoningTokens is { } count)
        {
            json.WriteStartObject("completion_tokens_details"u8);
            json.WriteNumber("reasoning_tokens"u8, count);
            json.WriteEndObject();
        }

        json.WriteDepth(choices);
        json.WriteEndObject();
    }

    /// <summary>Writes how much of the prompts was not computed.</summary>
    public static void WriteCached(this Utf8JsonWriter json, ReadOnlySpan<byte> name, TextChoices choices)
    {
        json.WriteStartObject(name);
        json.WriteNumber("cached_tokens"u8, choices.CachedPromptTokens);
        if (choices.AsGeneratedPromptTokens is var generated and > 0)
        {
            json.WriteNumber("as_generated_tokens"u8, generated);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what a usage says of loops and drafts.</summary>
    public static void WriteDepth(this Utf8JsonWriter json, TextChoices choices)
    {
        json.WriteNumber("loop_steps_total"u8, choices.LoopSteps);
        json.WriteNumber("mean_exit_step"u8, Math.Round(choices.MeanExitStep, 4));
        json.WriteNumber("draft_tokens"u8, choices.DraftTokens);
        json.WriteNumber("accepted_draft_tokens"u8, choices.AcceptedDraftTokens);
    }

    /// <summary>How many of the most probable tokens are shown of those there are.</summary>
    /// <param name="top">As the request says: <see cref="ReportSettings.AllTokens"/> for all.</param>
    /// <param name="count">As many there are.</param>
    public static int Shown(int top, int count) => top == ReportSettings.AllTokens ? count : Math.Min(top, count);

    /// <summary>A log-probability as JSON can hold it.</summary>
    public static float Finite(float logprob) => Math.Max(logprob, LeastLogprob);

    private static void WriteDrafted(this Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens)
    {
        json.WriteStartArray("drafted"u8);
        foreach (ref readonly var token in tokens)
        {
            json.WriteBooleanValue(token.IsDrafted);
        }

        json.WriteEndArray();
    }

    private static void WriteGates(this Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens)
    {
        json.WriteStartArray("gate_probabilities"u8);
        foreach (ref readonly var token in tokens)
        {
            json.WriteStartArray();
            for (var loop = 0; loop < token.Gates.Count; loop++)
            {
                json.WriteNumberValue(token.Gates[loop]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteLoopLogprobs(this Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens, TokenText texts)
    {
        json.WriteStartArray("loop_logprobs"u8);
        foreach (ref readonly var token in tokens)
        {
            json.WriteStartArray();
            foreach (var loop in token.LoopLogprobs ?? [])
            {
                json.WriteTop(loop, texts);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteTop(this Utf8JsonWriter json, TokenLogprob[] top, TokenText texts)
    {
        json.WriteStartArray();
        foreach (var (token, logprob) in top)
        {
            json.WriteStartObject();
            json.WriteString("token"u8, texts.Of(token));
            json.WriteNumber("id"u8, token);
            json.WriteNumber("logprob"u8, Finite(logprob));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
