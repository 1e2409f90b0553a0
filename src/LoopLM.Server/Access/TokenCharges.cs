using LoopLM.Server.Generations;

namespace LoopLM.Server.Access;

/// <summary>Charges the client of the current request for tokens, whichever endpoint it came to.</summary>
internal sealed class TokenCharges(IHttpContextAccessor http)
{
    /// <summary>Charges for tokens, or says why they cannot be had. What was charged is not given back where fewer are generated.</summary>
    public RequestError? TryCharge(long tokens)
    {
        if (http.HttpContext is not { } context || context.Features.Get<Client>()?.Tokens is not { } budget)
        {
            return null;
        }

        if (tokens > budget.Limit)
        {
            return new RequestError(RequestErrorKind.InvalidValue, "max_tokens",
                $"The request may use {tokens} tokens and the limit is {budget.Limit} a minute. Ask for fewer.");
        }

        var error = budget.TryTake((int)tokens) ? null
            : new RequestError(RequestErrorKind.RateLimited, null,
                $"The request may use {tokens} tokens, the limit is {budget.Limit} a minute and {budget.Remaining} are left.",
                RequestError.RetrySeconds(budget.TimeUntil((int)tokens)));
        context.WriteBudget("tokens", budget);
        return error;
    }
}
