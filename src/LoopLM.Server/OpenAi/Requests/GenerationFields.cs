using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>The fields by which every endpoint that generates says how: OpenAI's sampling fields, vLLM's extensions of them, and the loop extensions.</summary>
internal static class GenerationFields
{
    /// <summary>What <c>max_tokens</c> and its like say for no limit, as in llama.cpp.</summary>
    private const int NoLimit = -1;

    private const string TruncateName = "truncate_prompt_tokens";

    /// <summary>
    /// Reads everything but what an endpoint asks for in its own way: prompts, <c>max_tokens</c>, log-probabilities and <c>add_special_tokens</c>.
    /// The first problem is left in <see cref="RequestFields.Error"/>.
    /// </summary>
    public static TextRequest Read(RequestFields fields)
    {
        var request = new TextRequest
        {
            Model = fields.Text("model"),
            Choices = fields.Integer("n") ?? 1,
            MinTokens = fields.Integer("min_tokens") ?? 0,
            Sampling = ReadSampling(fields),
            BadWords = fields.Texts("bad_words") ?? [],
            Exit = ReadExit(fields),
            KvLayout = ReadKvLayout(fields),
            Stop = fields.TextOrTexts("stop") ?? [],
            StopTokens = fields.Integers("stop_token_ids") ?? [],
            IncludeStop = fields.Flag("include_stop_str_in_output") ?? false,
            IgnoreEndOfText = fields.Flag("ignore_eos") ?? false,
            SkipSpecialTokens = fields.Flag("skip_special_tokens") ?? true,
            ReportGates = fields.Flag("return_gate_probabilities") ?? false,
            LoopLogprobs = fields.Integer("return_loop_logprobs") ?? 0,
            SkippedLoopLogprobs = fields.Flag("return_skipped_loop_logprobs") ?? false,
            LogprobTokens = fields.Integers("logprob_token_ids") ?? [],
            TruncatePrompt = ReadTruncation(fields),
            TruncateRight = ReadTruncationSide(fields),
        };

        // Nothing is stored, which changes no answer.
        fields.Flag("store");
        CheckBestOf(fields, request.Choices);
        return request;
    }

    /// <summary>The same with as many tokens as the first of some fields says that is there; -1 asks for as many as the context has left.</summary>
    /// <param name="text">The request.</param>
    /// <param name="fields">The body.</param>
    /// <param name="least">The least number.</param>
    /// <param name="names">The fields, the best first.</param>
    /// <returns>The request, and the field that limits it: null where none does.</returns>
    public static (TextRequest Text, string? Field) WithMaxTokens(TextRequest text, RequestFields fields, int least, params ReadOnlySpan<string> names)
    {
        (int Tokens, string Name)? found = null;
        foreach (var name in names)
        {
            var tokens = fields.Integer(name);
            found ??= tokens is { } number ? (number, name) : null;
        }

        if (found is not var (most, field))
        {
            return (text, null);
        }

        if (most == NoLimit)
        {
            return (text with { DefaultTokens = null }, null);
        }

        if (most < least)
        {
            fields.Report(RequestErrorKind.InvalidValue, field, $"'{field}' is {most}; it must be {least} or more, or {NoLimit} for as many as the context has left.");
        }

        return (text with { MaxTokens = most }, field);
    }

    /// <summary>Reads how many of the most probable tokens are reported beside each of the prompt's; null for no report.</summary>
    public static int? ReadPromptLogprobs(RequestFields fields, bool stream)
    {
        const string name = "prompt_logprobs";
        var count = fields.Integer(name);
        if (count is not null && stream)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, name, $"'{name}' is not available in a stream; leave out 'stream'.");
        }

        return count;
    }

    private static void CheckBestOf(RequestFields fields, int choices)
    {
        const string name = "best_of";
        if (fields.Integer(name) is not { } candidates || candidates == choices)
        {
            return;
        }

        if (candidates < choices)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {candidates}; it must be at least 'n', which is {choices}.");
        }
        else
        {
            fields.Report(RequestErrorKind.UnsupportedValue, name, $"'{name}' is {candidates}; only as many as 'n', which is {choices}, are generated here.");
        }
    }

    private static int? ReadTruncation(RequestFields fields)
    {
        var tokens = fields.Integer(TruncateName);
        if (tokens is 0 or < -1)
        {
            fields.Report(RequestErrorKind.InvalidValue, TruncateName, $"'{TruncateName}' is {tokens}; it must be 1 or more, or -1 for as many tokens as fit.");
        }

        return tokens;
    }

    private static bool ReadTruncationSide(RequestFields fields)
    {
        const string name = "truncation_side";
        var side = fields.Text(name);
        if (side is not (null or "left" or "right"))
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {RequestFields.Quote(side)}; it must be left or right.");
        }

        return side == "right";
    }

    private static SamplingRequest ReadSampling(RequestFields fields) => new()
    {
        Temperature = fields.Number("temperature"),
        TopP = fields.Number("top_p"),
        TopK = fields.Integer("top_k") is var k and not -1 ? k : 0,
        MinP = fields.Number("min_p"),
        PresencePenalty = fields.Number("presence_penalty"),
        FrequencyPenalty = fields.Number("frequency_penalty"),
        RepetitionPenalty = fields.Number("repetition_penalty"),
        LogitBias = fields.NumbersByToken("logit_bias") ?? SamplingSettings.Greedy.LogitBias,
        AllowedTokens = fields.Integers("allowed_token_ids"),
        Seed = fields.LongInteger("seed") is { } seed and not -1 ? seed : null,
    };

    /// <summary>Reads the fields that say how deep tokens go.</summary>
    public static ExitSettings ReadExit(RequestFields fields) => new()
    {
        Policy = fields.Text("exit_policy"),
        Threshold = fields.Number("exit_threshold"),
        MinLoops = fields.Integer("min_loops"),
        MaxLoops = fields.Integer("max_loops"),
        Trace = fields.Integers("exit_trace") is { } trace ? (ReadOnlyMemory<int>?)trace : null,
    };

    private static KvLayout? ReadKvLayout(RequestFields fields)
    {
        switch (fields.Text("kv_layout"))
        {
            case null:
                return null;
            case "last-exited":
                return KvLayout.LastExited;
            case "shared":
                return KvLayout.Shared;
            case var other:
                fields.Report(
                    RequestErrorKind.InvalidValue, "kv_layout", $"'kv_layout' is {RequestFields.Quote(other)}; it must be last-exited or shared.");
                return null;
        }
    }
}
