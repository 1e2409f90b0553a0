using System.Text.Json;
using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>The body of <c>POST /v1/completions</c>, OpenAI's fields and the loop extensions.</summary>
internal sealed record CompletionRequest
{
    /// <summary>Fields that would change the answer and are not supported, with the value that asks for nothing.</summary>
    private static readonly (string Name, string? Neutral)[] UnsupportedFields =
    [
        ("n", "1"), ("best_of", "1"), ("logprobs", null), ("echo", "false"), ("suffix", "\"\""), ("logit_bias", "{}"),
        ("presence_penalty", "0"), ("frequency_penalty", "0"), ("repetition_penalty", "1"), ("min_tokens", "0"), ("ignore_eos", "false"),
        ("stop_token_ids", "[]"), ("include_stop_str_in_output", "false"), ("response_format", null), ("structured_outputs", null),
    ];

    /// <summary>Fields that change nothing about the answer.</summary>
    private static readonly string[] IgnoredFields = ["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"];

    public required TextRequest Text { get; init; }

    /// <summary>Whether the answer comes token by token.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with the usage.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static CompletionRequest Read(RequestFields fields)
    {
        var stream = fields.Flag("stream") ?? false;
        var request = new CompletionRequest
        {
            Text = ReadText(fields),
            Stream = stream,
            IncludeUsage = ReadIncludeUsage(fields, stream),
        };
        foreach (var (name, neutral) in UnsupportedFields)
        {
            if (fields.Find(name) is { } value && !IsNeutral(value, neutral))
            {
                fields.Report(RequestErrorKind.Unsupported, name, $"'{name}' is not supported here; leave it out{(neutral is null ? "" : $" or set it to {neutral}")}.");
            }
        }

        Array.ForEach(IgnoredFields, name => fields.Find(name));
        return request;
    }

    private static TextRequest ReadText(RequestFields fields)
    {
        var model = fields.Text("model");
        var (text, tokens) = ReadPrompt(fields);
        return new TextRequest
        {
            Model = model,
            PromptText = text,
            PromptTokens = tokens,
            MaxTokens = fields.Integer("max_tokens") ?? TextRequest.DefaultMaxTokens,
            Sampling = new SamplingSettings
            {
                Temperature = fields.Number("temperature") ?? 1,
                TopP = fields.Number("top_p") ?? 1,
                TopK = fields.Integer("top_k") is { } k and not -1 ? k : 0,
                MinP = fields.Number("min_p") ?? 0,
                Seed = fields.LongInteger("seed"),
            },
            Exit = new ExitSettings
            {
                Policy = fields.Text("exit_policy"),
                Threshold = fields.Number("exit_threshold"),
                MinLoops = fields.Integer("min_loops"),
                MaxLoops = fields.Integer("max_loops"),
                Trace = fields.Integers("exit_trace") is { } trace ? (ReadOnlyMemory<int>?)trace : null,
            },
            KvLayout = ReadKvLayout(fields),
            Stop = fields.TextOrTexts("stop") ?? [],
            ReportGates = fields.Flag("return_gate_probabilities") ?? false,
        };
    }

    private static (string? Text, int[] Tokens) ReadPrompt(RequestFields fields)
    {
        const string name = "prompt";
        switch (fields.Find(name))
        {
            case null:
                fields.Report(RequestErrorKind.MissingField, name, "'prompt' is missing; it must be a string or a list of token ids.");
                return (null, []);
            case { ValueKind: JsonValueKind.String } text:
                return (fields.ReadText(name, text), []);
            case { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(each => each.ValueKind is not (JsonValueKind.String or JsonValueKind.Array)):
                return (null, fields.ReadIntegers(name, list));
            default:
                fields.Report(RequestErrorKind.InvalidType, name, "'prompt' must be a string or a list of token ids; one prompt is answered by a request.");
                return (null, []);
        }
    }

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

    private static bool ReadIncludeUsage(RequestFields fields, bool stream)
    {
        const string name = "stream_options";
        if (fields.Find(name) is not { } options)
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Report(RequestErrorKind.InvalidType, name, "'stream_options' must be an object.");
            return false;
        }

        if (!stream)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, "'stream_options' needs 'stream' to be true.");
        }

        var inner = new RequestFields(options);
        var include = inner.Flag("include_usage") ?? false;
        if (inner.Error is { } error)
        {
            fields.Report(error.Kind, $"{name}.{error.Field}", error.Message);
        }

        return include;
    }

    private static bool IsNeutral(JsonElement value, string? neutral)
    {
        if (neutral is null)
        {
            return false;
        }

        using var document = JsonDocument.Parse(neutral);
        return JsonElement.DeepEquals(value, document.RootElement);
    }
}
