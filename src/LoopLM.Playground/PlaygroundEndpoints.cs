using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Net.Http.Headers;

namespace LoopLM.Playground;

/// <summary>The pages for browsers and the files that they load. They hold no data and call the public API.</summary>
public static class PlaygroundEndpoints
{
    /// <summary>The methods that read a page or a file.</summary>
    internal static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds what <see cref="MapPlayground"/> needs.</summary>
    public static IServiceCollection AddPlayground(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, BrowserPolicy>());
        return services;
    }

    /// <summary>
    /// Maps <c>/</c>, for requests that accept HTML alone, <c>/live</c>, and the files that they load below <c>/assets</c>.
    /// Each file has an endpoint of its own, so that no path leads to anything else.
    /// </summary>
    /// <returns>The conventions of all of them.</returns>
    public static IEndpointConventionBuilder MapPlayground(this IEndpointRouteBuilder routes)
    {
        var folder = AssetFolder.Embedded;
        var group = routes.MapGroup("");
        foreach (var page in folder.Pages)
        {
            MapPage(group, page);
        }

        foreach (var asset in folder.Assets)
        {
            group.MapMethods($"/assets/{folder.Hash}/{asset.Path}", ReadMethods, context =>
            {
                context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                return WriteAsync(context, asset);
            });
        }

        ApiReference.Map(group);
        return group.ExcludeFromDescription();
    }

    private static void MapPage(RouteGroupBuilder group, Asset page)
    {
        var isRoot = page.Path == "index.html";
        var endpoint = group.MapMethods(isRoot ? "/" : $"/{Path.GetFileNameWithoutExtension(page.Path)}", ReadMethods, context =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            if (isRoot)
            {
                context.Response.Headers.Vary = HeaderNames.Accept;
            }

            return WriteAsync(context, page);
        });
        if (isRoot)
        {
            // Before the endpoint for all who are no browsers.
            endpoint.WithMetadata(new BrowserPolicy.Mark()).WithOrder(-1);
        }
    }

    /// <summary>Answers with a file.</summary>
    internal static Task WriteAsync(HttpContext context, Asset asset)
    {
        PageHeaders.Write(context.Response.Headers, PageHeaders.ContentSecurityPolicy);
        return asset.WriteAsync(context);
    }
}
