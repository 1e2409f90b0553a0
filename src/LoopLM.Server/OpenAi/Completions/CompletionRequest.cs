using LoopLM.Engine.Requests;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>The body of <c>POST /v1/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record CompletionRequest
{
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
        var promptLogprobs = GenerationFields.ReadPromptLogprobs(fields, stream.Stream);
        (text, _) = GenerationFields.WithMaxTokens(text, fields, echo ? 0 : 1, "max_tokens", "n_predict");
        var request = new CompletionRequest
        {
            Text = text with
            {
                Prompts = CompletionPrompts.Read(fields),
                Prompt = text.Prompt with { AddSpecialTokens = fields.Flag("add_special_tokens") ?? true },
                Constraints = text.Constraints with { Format = OutputFormatFields.Read(fields) },
                Reports = text.Reports with
                {
                    Logprobs = logprobs,
                    PromptLogprobs = echo && logprobs is { } least ? More(least, promptLogprobs ?? 0) : promptLogprobs,
                },
            },
            Stream = stream,
            Echo = echo,
            Logprobs = logprobs,
            PromptLogprobs = promptLogprobs,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
        UnreadFields.Check(fields, RequestKinds.Completion);
        return request;

        static int More(int one, int other) =>
            Math.Min(one, other) == ReportSettings.AllTokens ? ReportSettings.AllTokens : Math.Max(one, other);
    }
}
