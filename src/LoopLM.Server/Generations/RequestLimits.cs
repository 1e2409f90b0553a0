using LoopLM.Engine.Configuration;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Generations;

/// <summary>What the options allow a request to ask for; the cheapest of its checks.</summary>
internal sealed class RequestLimits(IOptions<LimitOptions> limits)
{
    private readonly LimitOptions _limits = limits.Value;

    /// <summary>The first limit that a request breaks; null where it breaks none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="engine">The engine that is to run it.</param>
    public RequestError? Check(TextRequest request, EngineOptions engine) =>
        CheckCount("prompt", request.Prompts.Count, _limits.MaxPrompts)
        ?? CheckRange("n", request.Choices, 1, _limits.MaxChoices, nameof(LimitOptions.MaxChoices))
        ?? CheckTotal(request, engine)
        ?? CheckTop("logprobs", request.Logprobs)
        ?? CheckTop("prompt_logprobs", request.PromptLogprobs)
        ?? CheckCount("logprob_token_ids", request.LogprobTokens.Count, _limits.MaxLogprobs)
        ?? CheckRange("return_loop_logprobs", request.LoopLogprobs, 0, _limits.MaxLoopLogprobs)
        ?? CheckFormat(request)
        ?? CheckCount("logit_bias", request.Sampling.LogitBias.Count, _limits.MaxLogitBias)
        ?? CheckCount("stop_token_ids", request.StopTokens.Count, _limits.MaxStopTokens)
        ?? CheckTexts("stop", request.Stop, _limits.MaxStopStrings, _limits.MaxStopLength)
        ?? CheckTexts("bad_words", request.BadWords, _limits.MaxBadWords, _limits.MaxBadWordLength);

    /// <summary>The limits on the log-probabilities of all prompt tokens, and of all generated ones where those of the whole vocabulary are asked for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="promptTokens">Tokens of its prompts.</param>
    /// <param name="maxTokens">Most tokens that it may generate for each of them, all prompts together.</param>
    /// <param name="vocabularySize">Tokens of the model.</param>
    public RequestError? CheckLogprobs(TextRequest request, int promptTokens, long maxTokens, int vocabularySize)
    {
        var most = _limits.MaxPromptLogprobs;
        var generated = request.Logprobs == TextRequest.AllTokens ? maxTokens * request.Choices * vocabularySize : 0;
        if (generated > most)
        {
            return Invalid("logprobs",
                $"'logprobs' is {TextRequest.AllTokens}, all {vocabularySize} tokens of the vocabulary, of up to {maxTokens * request.Choices} generated tokens; "
                + $"at most {most} log-probabilities are allowed: generate {most / vocabularySize} tokens at most, or ask for up to {_limits.MaxLogprobs} of each.");
        }

        var top = request.PromptLogprobs == TextRequest.AllTokens ? vocabularySize : request.PromptLogprobs;
        var wanted = top is { } each ? (long)promptTokens * request.Choices * (each + 1) : 0;
        return wanted <= most
            ? null
            : Invalid(request.Logprobs is null ? "prompt_logprobs" : "logprobs",
                $"The request asks for {wanted} log-probabilities of prompt tokens; at most {most} are allowed. Send fewer or shorter prompts.");
    }

    /// <summary>A text that is held to a format ends where it is complete, and only there.</summary>
    private static RequestError? CheckFormat(TextRequest request) =>
        request.Format is null ? null
        : request.MinTokens > 0 ? Invalid("min_tokens", $"'min_tokens' is {request.MinTokens}; it must be 0 where the format of the text is given.")
        : request.IgnoreEndOfText ? Invalid("ignore_eos", "'ignore_eos' is true; it must be false where the format of the text is given.")
        : null;

    private RequestError? CheckTop(string field, int? value) =>
        value is null or TextRequest.AllTokens || (value >= 0 && value <= _limits.MaxLogprobs)
            ? null
            : Invalid(field, $"'{field}' is {value}; it must be between 0 and {_limits.MaxLogprobs}{SetBy(nameof(LimitOptions.MaxLogprobs))}, or {TextRequest.AllTokens} for the whole vocabulary.");

    private static RequestError? CheckRange(string field, int value, int least, int most, string? setting = null) =>
        value >= least && value <= most ? null
        : Invalid(field, $"'{field}' is {value}; it must be between {least} and {most}{SetBy(setting)}.");

    private static string SetBy(string? setting) => setting is null ? "" : $", which {LimitOptions.Section}:{setting} sets";

    private static RequestError? CheckCount(string field, int count, int most) =>
        count <= most ? null : Invalid(field, $"'{field}' has {count} entries; at most {most} are allowed.");

    private static RequestError? CheckTexts(string field, IReadOnlyList<string> texts, int most, int longest)
    {
        if (CheckCount(field, texts.Count, most) is { } tooMany)
        {
            return tooMany;
        }

        if (texts.Any(each => each.Length == 0))
        {
            return Invalid(field, $"'{field}' contains an empty string; every string must have at least one character.");
        }

        return texts.FirstOrDefault(each => each.Length > longest) is { } tooLong
            ? Invalid(field, $"'{field}' contains a string of {tooLong.Length} characters; at most {longest} are allowed.")
            : null;
    }

    private static RequestError Invalid(string field, string message) => new(RequestErrorKind.InvalidValue, field, message);

    private RequestError? CheckTotal(TextRequest request, EngineOptions engine)
    {
        var (most, setting) = engine.MaxQueuedRequests < _limits.MaxTotalChoices
            ? (engine.MaxQueuedRequests, $"{EngineOptionsRules.Section}:{nameof(EngineOptions.MaxQueuedRequests)}")
            : (_limits.MaxTotalChoices, $"{LimitOptions.Section}:{nameof(LimitOptions.MaxTotalChoices)}");
        var (prompts, choices) = (request.Prompts.Count, request.Choices);
        return (long)prompts * choices <= most
            ? null
            : Invalid(choices > 1 ? "n" : "prompt",
                $"'n' is {choices} and 'prompt' has {prompts} entries: {(long)prompts * choices} choices; "
                + $"at most {most} are allowed in one request, which {setting} sets. Send several requests.");
    }
}
