using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>The fields by which every endpoint that generates says how: OpenAI's sampling fields, vLLM's extensions of them, and the loop extensions.</summary>
internal static class GenerationFields
{
    /// <summary>Fields that change nothing about the answer.</summary>
    private static readonly string[] Ignored = ["user", "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_options"];

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
        };
        if (fields.Flag("store") is true)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "store", "'store' is true; nothing is stored here.");
        }

        Array.ForEach(Ignored, name => fields.Find(name));
        return request;
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
            default:
                fields.Report(RequestErrorKind.InvalidValue, "kv_layout", "'kv_layout' must be last-exited or shared.");
                return null;
        }
    }
}
