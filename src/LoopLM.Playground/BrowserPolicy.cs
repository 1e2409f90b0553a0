using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace LoopLM.Playground;

/// <summary>Leaves endpoints for browsers to requests that accept HTML: another endpoint of the same route answers all others.</summary>
internal sealed class BrowserPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <inheritdoc/>
    public override int Order => 0;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsForBrowsers);

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var accepted = httpContext.Request.GetTypedHeaders().Accept;
        var isBrowser = accepted.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!isBrowser && IsForBrowsers(candidates[i].Endpoint))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsForBrowsers(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Mark>() is not null;

    /// <summary>Marks an endpoint for browsers.</summary>
    public sealed class Mark;
}
