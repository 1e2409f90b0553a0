using LoopLM.Server.Access;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>Charges callers for tokens before they are generated. What was charged is not given back where fewer are.</summary>
/// <param name="inner">Generates them.</param>
internal sealed class TokenRateLimiter(ITextGenerator inner) : ITextGenerator
{
    public Result<TextChoices[]> Start(EncodedText text, Caller caller) =>
        caller.Limits?.Tokens is { } budget && TryCharge(budget, text.MaxTokens) is { } refused ? refused : inner.Start(text, caller);

    private static RequestError? TryCharge(TokenBucket budget, long tokens) =>
        tokens > budget.Limit
            ? RequestError.Invalid(
                "max_tokens", $"The request may use {tokens} tokens and the limit is {budget.Limit} a minute. Request fewer.")
        : budget.TryTake((int)tokens) ? null
        : new RequestError(RequestErrorKind.RateLimited, null,
            $"The request may use {tokens} tokens, the limit is {budget.Limit} a minute and {budget.Remaining} are left.",
            RequestError.RetrySeconds(budget.TimeUntil((int)tokens)));
}
