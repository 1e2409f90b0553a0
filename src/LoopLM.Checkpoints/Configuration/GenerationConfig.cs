using System.Collections.Immutable;
using LoopLM.Checkpoints.Json;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>What the <c>generation_config.json</c> of a checkpoint says about its answers. Everything may be absent.</summary>
public sealed record GenerationConfig
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "generation_config.json";

    private const int MaxBytes = 1 << 20;

    /// <summary>Fields that change answers and are not supported, with the values that change nothing.</summary>
    private static readonly (string Name, string[] Neutral)[] s_unsupported =
    [
        ("num_beams", ["1"]), ("num_beam_groups", ["1"]), ("penalty_alpha", ["0"]),
        ("typical_p", ["1"]), ("epsilon_cutoff", ["0"]), ("eta_cutoff", ["0"]),
        ("top_h", ["1"]), ("diversity_penalty", ["0"]), ("encoder_repetition_penalty", ["1"]), ("no_repeat_ngram_size", ["0"]),
        ("encoder_no_repeat_ngram_size", ["0"]), ("force_words_ids", ["[]"]), ("constraints", ["[]"]),
        ("forced_bos_token_id", []), ("forced_eos_token_id", []),
        ("exponential_decay_length_penalty", []), ("begin_suppress_tokens", ["[]"]),
        ("sequence_bias", ["{}", "[]"]), ("guidance_scale", ["1", "0"]),
        ("watermarking_config", ["{}"]), ("dola_layers", []), ("stop_strings", ["[]"]),
        ("min_length", ["0"]), ("min_new_tokens", ["0"]), ("max_time", []),
        ("remove_invalid_values", ["false"]), ("token_healing", ["false"]), ("renormalize_logits", ["false"]),
    ];

    /// <summary>A file that says nothing.</summary>
    public static GenerationConfig Empty { get; } = new();

    /// <summary>Token ids that end a text, beside those of the model's configuration: <c>eos_token_id</c>.</summary>
    public ImmutableArray<int> EndOfTextTokens { get; init; } = [];

    /// <summary>Divides the logits, 0..2: <c>temperature</c>, or 0 where <c>do_sample</c> is false.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keeps the fewest most probable tokens whose probabilities sum to at least this, in (0, 1]: <c>top_p</c>.</summary>
    public float? TopP { get; init; }

    /// <summary>Keeps the k most probable tokens, 0 all: <c>top_k</c>.</summary>
    public int? TopK { get; init; }

    /// <summary>Drops tokens less probable than this share of the most probable one, 0..1: <c>min_p</c>.</summary>
    public float? MinP { get; init; }

    /// <summary>Makes tokens of prompt and output less probable, above 0: <c>repetition_penalty</c>.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Most tokens of an answer, from 1: <c>max_new_tokens</c>.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>
    /// Token sequences that may not appear in an answer, each at least one token:
    /// <c>bad_words_ids</c>, and each token of <c>suppress_tokens</c>.
    /// </summary>
    public ImmutableArray<ImmutableArray<int>> BadWords { get; init; } = [];

    /// <summary>Reads the file of a folder; <see cref="Empty"/> where there is none.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="vocabularySize">Tokens of the model.</param>
    /// <exception cref="CheckpointException">
    /// The file is malformed, or requests what is not supported; the message lists every problem.
    /// </exception>
    public static GenerationConfig Load(string folder, int vocabularySize)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return Empty;
        }

        var problems = new List<string>();
        var config = Empty;
        StrictJson.ReadFile(path, MaxBytes, problems, json => config = Read(new ConfigFields(json, problems), vocabularySize));
        return problems.Count == 0 ? config : throw new CheckpointException(path, problems);
    }

    private static GenerationConfig Read(ConfigFields fields, int vocabularySize)
    {
        foreach (var (name, neutral) in s_unsupported)
        {
            fields.Neutral(name, neutral);
        }

        return new GenerationConfig
        {
            EndOfTextTokens = fields.Tokens("eos_token_id", vocabularySize),
            Temperature = fields.Is("do_sample", "false") ? 0 : Number("temperature", 0, 2),
            TopP = Number("top_p", float.Epsilon, 1),
            TopK = fields.Has("top_k") ? fields.Integer("top_k", 0, int.MaxValue) : null,
            MinP = Number("min_p", 0, 1),
            RepetitionPenalty = Number("repetition_penalty", float.Epsilon, float.MaxValue),
            MaxNewTokens = fields.Has("max_new_tokens") ? fields.Integer("max_new_tokens", 1, int.MaxValue) : null,
            BadWords =
            [
                .. fields.Tokens("suppress_tokens", vocabularySize).Select(token => ImmutableArray.Create(token)),
                .. fields.TokenLists("bad_words_ids", vocabularySize),
            ],
        };

        float? Number(string name, float least, float most) => fields.Has(name) ? fields.Number(name, least, most) : null;
    }
}
