
namespace LoopLM.Server.Rest;

/// <summary>How routes of the REST API are mapped, and which there are.</summary>
internal static class Routes
{
    /// <summary>Maps GET, and HEAD, which answers the same without a body.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string path, RequestDelegate handle) =>
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], handle);

    /// <summary>Marks another path of an endpoint, which the description of the API leaves out.</summary>
    public static void AsAlias(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(new Alias());

    /// <summary>Lets an endpoint be used without a key and without limits.</summary>
    public static T AllowEveryone<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.AllowAnonymous().DisableRateLimiting();

    /// <summary>The routes that the description of the API has, in the order of their names, such as <c>/v1/models/{id}</c>.</summary>
    public static IEnumerable<string> Described(EndpointDataSource endpoints) => endpoints.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
        .Select(endpoint => endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal))
        .Where(route => !route.Contains('.', StringComparison.Ordinal) || route.EndsWith(".json", StringComparison.Ordinal))
        .Distinct()
        .Order(StringComparer.Ordinal);

    private sealed class Alias : IExcludeFromDescriptionMetadata
    {
        public bool ExcludeFromDescription => true;
    }
}
