using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.TextGeneration;

/// <summary>What the options allow a request to set; the cheapest of its checks.</summary>
internal sealed class RequestLimits(IOptions<LimitOptions> limits)
{
    private readonly LimitOptions _limits = limits.Value;

    /// <summary>The first limit that a request breaks; null where it breaks none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="engine">The engine that is to run it.</param>
    public RequestError? Check(TextRequest request, EngineOptions engine) =>
        FieldLimits.Count("prompt", request.Prompts.Count, _limits.MaxPrompts)
        ?? FieldLimits.Range("n", request.Choices, 1, _limits.MaxChoices, Setting(nameof(LimitOptions.MaxChoices)))
        ?? CheckTotal(request, engine)
        ?? CheckReports(request.Reports)
        ?? FieldLimits.Count("logit_bias", request.Sampling.LogitBias.Count, _limits.MaxLogitBias)
        ?? request.Stops.Check(_limits)
        ?? request.Constraints.Check(request.Stops, _limits);

    /// <summary>
    /// The limits on the log-probabilities of all prompt tokens, and of all generated ones where
    /// those of the whole vocabulary are requested.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="promptTokens">Tokens of its prompts.</param>
    /// <param name="maxTokens">Most tokens that it may generate for each of them, all prompts together.</param>
    /// <param name="vocabularySize">Tokens of the model.</param>
    public RequestError? CheckLogprobs(TextRequest request, int promptTokens, long maxTokens, int vocabularySize)
    {
        var (most, reports) = (_limits.MaxPromptLogprobs, request.Reports);
        var generated = reports.Logprobs == ReportSettings.AllTokens ? maxTokens * request.Choices * vocabularySize : 0;
        if (generated > most)
        {
            return RequestError.Invalid("logprobs",
                $"{new Field("logprobs")} is {ReportSettings.AllTokens}, all {vocabularySize} tokens of the vocabulary, "
                + $"of up to {maxTokens * request.Choices} generated tokens; at most {most} log-probabilities are allowed: "
                + $"generate {most / vocabularySize} tokens at most, or request up to {_limits.MaxLogprobs} of each.");
        }

        var top = reports.PromptLogprobs == ReportSettings.AllTokens ? vocabularySize : reports.PromptLogprobs;
        var wanted = top is { } each ? (long)promptTokens * request.Choices * (each + 1) : 0;
        return wanted <= most
            ? null
            : RequestError.Invalid(reports.Logprobs is null ? "prompt_logprobs" : "logprobs",
                $"The request wants {wanted} log-probabilities of prompt tokens; at most {most} are allowed. "
                + $"Send fewer or shorter prompts.");
    }

    private static string Setting(string name) => $"{LimitOptions.Section}:{name}";

    private RequestError? CheckReports(ReportSettings reports) =>
        CheckTop("logprobs", reports.Logprobs)
        ?? CheckTop("prompt_logprobs", reports.PromptLogprobs)
        ?? FieldLimits.Count("logprob_token_ids", reports.LogprobTokens.Count, _limits.MaxLogprobs)
        ?? FieldLimits.Range("return_loop_logprobs", reports.LoopLogprobs, 0, _limits.MaxLoopLogprobs);

    private RequestError? CheckTop(string field, int? value) =>
        value is null or ReportSettings.AllTokens || (value >= 0 && value <= _limits.MaxLogprobs)
            ? null
            : RequestError.Invalid(field,
                $"{new Field(field)} is {value}; it must be between 0 and {_limits.MaxLogprobs}, "
                + $"which {Setting(nameof(LimitOptions.MaxLogprobs))} sets, or {ReportSettings.AllTokens} for the whole vocabulary.");

    private RequestError? CheckTotal(TextRequest request, EngineOptions engine)
    {
        var (most, setting) = engine.MaxQueuedRequests < _limits.MaxTotalChoices
            ? (engine.MaxQueuedRequests, $"{EngineOptionsRules.Section}:{nameof(EngineOptions.MaxQueuedRequests)}")
            : (_limits.MaxTotalChoices, Setting(nameof(LimitOptions.MaxTotalChoices)));
        var (prompts, choices) = (request.Prompts.Count, request.Choices);
        return (long)prompts * choices <= most
            ? null
            : RequestError.Invalid(choices > 1 ? "n" : "prompt",
                $"{new Field("n")} is {choices} and {new Field("prompt")} has {prompts} entries: {(long)prompts * choices} choices; "
                + $"at most {most} are allowed in one request, which {setting} sets. Send several requests.");
    }
}
