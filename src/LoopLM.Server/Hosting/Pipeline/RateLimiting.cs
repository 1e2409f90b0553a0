using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using Microsoft.AspNetCore.RateLimiting;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Holds clients to their limits of requests, and says what is left of them.</summary>
internal static class RateLimiting
{
    /// <summary>Counts every request but those of endpoints that disable rate limiting.</summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Features.Get<Client>() is not { } client
            || context.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is not null)
        {
            await next(context);
            return;
        }

        using var lease = client.Concurrency?.AttemptAcquire();
        var error = lease is { IsAcquired: false }
            ? new RequestError(
                RequestErrorKind.RateLimited, null,
                "This client runs as many requests as it may at once. Try again when one has ended.", RetryAfter: 1)
            : client.Requests is { } requests && !requests.TryTake(1)
                ? new RequestError(
                    RequestErrorKind.RateLimited,
                    null,
                    $"The limit is {requests.Limit} requests a minute.",
                    RequestError.RetrySeconds(requests.TimeUntil(1)))
                : null;
        context.WriteBudget("requests", client.Requests);

        // At the last moment: what the request generates is charged once it is encoded.
        context.Response.OnStarting(() =>
        {
            context.WriteBudget("tokens", client.Tokens);
            return Task.CompletedTask;
        });
        await (error is null ? next(context) : context.RefuseAsync(error));
    });

    /// <summary>Says in the response what is left of a budget, in OpenAI's headers.</summary>
    private static void WriteBudget(this HttpContext context, string name, TokenBucket? budget)
    {
        if (budget is not null)
        {
            context.Response.Headers[$"x-ratelimit-limit-{name}"] = $"{budget.Limit}";
            context.Response.Headers[$"x-ratelimit-remaining-{name}"] = $"{budget.Remaining}";
            context.Response.Headers[$"x-ratelimit-reset-{name}"] = $"{Math.Ceiling(budget.TimeUntil(budget.Limit).TotalSeconds)}s";
        }
    }
}
