using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>Reads the settings that every protocol has, each under one name.</summary>
internal static class SettingReader
{
    /// <summary>The cache of prefixes keeps the salt.</summary>
    private const int MostSaltCharacters = 256;

    /// <summary>
    /// Reads everything but what protocols and endpoints request in their own ways: prompts, the limit of tokens, log-probabilities,
    /// special tokens around prompts, and formats. The first problem goes to the source.
    /// </summary>
    public static TextRequest Read(ISettingSource source) => new()
    {
        Model = source.Text("model"),
        Choices = source.Integer("n") ?? 1,
        Prompt = ReadPrompt(source),
        Sampling = ReadSampling(source),
        Exit = ReadExit(source),
        KvLayout = ReadKvLayout(source),
        Speculation = ReadSpeculation(source),
        CacheSalt = ReadCacheSalt(source),
        PrefixReuse = ReadWord(source, "prefix_reuse", ("exact", PrefixReuse.Exact), ("as-generated", PrefixReuse.AsGenerated)),
        Stops = new StopSettings
        {
            Strings = source.TextOrTexts("stop") ?? [],
            Tokens = source.Integers("stop_token_ids") ?? [],
            Include = source.Flag("include_stop_str_in_output") ?? false,
            MinTokens = source.Integer("min_tokens") ?? 0,
            IgnoreEndOfText = source.Flag("ignore_eos") ?? false,
        },
        Reports = new ReportSettings
        {
            Gates = source.Flag("return_gate_probabilities") ?? false,
            LogprobTokens = source.Integers("logprob_token_ids") ?? [],
            LoopLogprobs = source.Integer("return_loop_logprobs") ?? 0,
            SkippedLoopLogprobs = source.Flag("return_skipped_loop_logprobs") ?? false,
            Drafted = source.Flag("return_drafted") ?? false,
        },
        Constraints = new ConstraintSettings { BadWords = source.Texts("bad_words") ?? [] },
        SkipSpecialTokens = source.Flag("skip_special_tokens") ?? true,
    };

    /// <summary>Reads how deep tokens go.</summary>
    public static ExitSettings ReadExit(ISettingSource source) => new()
    {
        Policy = source.Text("exit_policy"),
        Threshold = source.Number("exit_threshold"),
        MinLoops = source.Integer("min_loops"),
        MaxLoops = source.Integer("max_loops"),
        Trace = source.Integers("exit_trace") is { } trace ? (ReadOnlyMemory<int>?)trace : null,
    };

    private static SpeculationSettings ReadSpeculation(ISettingSource source) => new()
    {
        Strategy = ReadWord(
            source,
            "speculation",
            ("off", SpeculationStrategy.Off),
            ("fixed", SpeculationStrategy.Fixed),
            ("adaptive", SpeculationStrategy.Adaptive)),
        DraftLoops = source.Integer("draft_loops"),
    };

    private static string? ReadCacheSalt(ISettingSource source)
    {
        const string name = "cache_salt";
        var salt = source.Text(name);
        if (salt is { Length: 0 or > MostSaltCharacters })
        {
            source.Report(RequestError.Invalid(
                name, $"{new Field(name)} has {salt.Length} characters; it must have 1 to {MostSaltCharacters}."));
        }

        return salt;
    }

    private static SamplingSettings ReadSampling(ISettingSource source) => new()
    {
        Temperature = source.Number("temperature"),
        TopP = source.Number("top_p"),
        TopK = source.Integer("top_k"),
        MinP = source.Number("min_p"),
        PresencePenalty = source.Number("presence_penalty"),
        FrequencyPenalty = source.Number("frequency_penalty"),
        RepetitionPenalty = source.Number("repetition_penalty"),
        LogitBias = source.NumbersByToken("logit_bias") ?? SamplingSettings.Greedy.LogitBias,
        AllowedTokens = source.Integers("allowed_token_ids"),
        Seed = source.LongInteger("seed"),
    };

    private static PromptSettings ReadPrompt(ISettingSource source)
    {
        var prompt = new PromptSettings
        {
            Truncate = source.Integer("truncate_prompt_tokens"),
            TruncationSide = source.Text("truncation_side"),
        };
        if (prompt.Check() is { } error)
        {
            source.Report(error);
        }

        return prompt;
    }

    private static KvLayout? ReadKvLayout(ISettingSource source) =>
        ReadWord(source, "kv_layout", ("last-exited", KvLayout.LastExited), ("shared", KvLayout.Shared));

    /// <summary>Reads a setting that is one of at least two words; null where it is absent, and where another word is reported.</summary>
    private static T? ReadWord<T>(ISettingSource source, string name, params (string Word, T Value)[] choices)
        where T : struct
    {
        if (source.Text(name) is not { } word)
        {
            return null;
        }

        foreach (var (choice, value) in choices)
        {
            if (choice == word)
            {
                return value;
            }
        }

        var words = choices.Select(choice => choice.Word).ToArray();
        source.Report(RequestError.Invalid(
            name, $"{new Field(name)} is {ClientWord.Quote(word)}; it must be {string.Join(", ", words[..^1])} or {words[^1]}."));
        return null;
    }
}
