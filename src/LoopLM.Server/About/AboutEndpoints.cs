using LoopLM.Server.Rest;
using LoopLM.Server.Transport;

namespace LoopLM.Server.About;

/// <summary>What the server says of itself: its version and the description of its API.</summary>
internal static class AboutEndpoints
{
    public static void MapAbout(this IEndpointRouteBuilder routes)
    {
        var description = routes.ServiceProvider.GetRequiredService<Description>();
        routes.MapRead("/", context =>
        {
            // Browsers get a page there.
            context.Response.Headers.Vary = "Accept";
            return description.WriteAsync(context);
        });
        routes.MapRead("/version", context =>
            context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["version"] = ServerVersion.Text }));
        routes.MapRead("/openapi/v1.json", WriteOpenApiAsync);
        routes.MapRead("/openapi.json", WriteOpenApiAsync).AsAlias();
    }

    /// <summary>Maps the description of the API for its page, which has no key. It is the same on every server of this version.</summary>
    public static void MapOpenDescription(this IEndpointRouteBuilder routes) =>
        routes.MapRead("/docs/openapi.json", WriteOpenApiAsync).AllowEveryone().AsAlias();

    private static async Task WriteOpenApiAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await using var document = typeof(AboutEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        await document.CopyToAsync(context.Response.Body, PooledBuffer.ChunkBytes, context.RequestAborted);
    }
}
