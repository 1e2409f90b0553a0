using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>The body of <c>POST /v1/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record CompletionRequest
{
    private static readonly (string Name, string? Neutral)[] Unsupported =
    [
        ("suffix", "\"\""), ("use_beam_search", "false"), ("prompt_embeds", null),
        ("truncate_prompt_tokens", null), ("repetition_detection", null),
    ];

    public required TextRequest Text { get; init; }

    public StreamFields Stream { get; init; }

    /// <summary>Whether the answer begins with the prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>How many of the most probable tokens the choice's <c>logprobs</c> have; null for no such member.</summary>
    public int? Logprobs { get; init; }

    /// <summary>How many of the most probable tokens the choice's <c>prompt_logprobs</c> have; null for no such member.</summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>Whether choices carry their token ids.</summary>
    public bool ReturnTokenIds { get; init; }

    /// <summary>Whether log-probabilities name tokens by id.</summary>
    public bool TokensAsIds { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static CompletionRequest Read(RequestFields fields)
    {
        var text = GenerationFields.Read(fields);
        var stream = StreamFields.Read(fields);
        var echo = fields.Flag("echo") ?? false;
        var logprobs = fields.Integer("logprobs");
        var promptLogprobs = ReadPromptLogprobs(fields, stream.Stream);
        var request = new CompletionRequest
        {
            Text = text with
            {
                Prompts = CompletionPrompts.Read(fields),
                MaxTokens = ReadMaxTokens(fields, echo),
                AddSpecialTokens = fields.Flag("add_special_tokens") ?? true,
                Logprobs = logprobs,
                Format = OutputFormatFields.Read(fields),
                PromptLogprobs = echo && logprobs is { } least ? Math.Max(least, promptLogprobs ?? 0) : promptLogprobs,
            },
            Stream = stream,
            Echo = echo,
            Logprobs = logprobs,
            PromptLogprobs = promptLogprobs,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
        CheckBestOf(fields, text.Choices);
        UnsupportedFields.Refuse(fields, Unsupported);
        return request;
    }

    private static int ReadMaxTokens(RequestFields fields, bool echo)
    {
        const string name = "max_tokens";
        var tokens = fields.Integer(name) ?? TextRequest.DefaultMaxTokens;
        if (tokens < (echo ? 0 : 1))
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {tokens}; it must be 1 or more, or 0 where 'echo' is true.");
        }

        return tokens;
    }

    private static int? ReadPromptLogprobs(RequestFields fields, bool stream)
    {
        const string name = "prompt_logprobs";
        var count = fields.Integer(name);
        if (count is not null && stream)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, name, $"'{name}' is not available in a stream; leave out 'stream', or use 'echo' with 'logprobs'.");
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
}
