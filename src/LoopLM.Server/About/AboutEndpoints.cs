using System.Reflection;

namespace LoopLM.Server.About;

/// <summary>What the server says of itself: its version and the description of its API.</summary>
internal static class AboutEndpoints
{
    private static readonly string Version =
        typeof(AboutEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static void MapAbout(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/version", context => context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["version"] = Version }));
        routes.MapGet("/openapi/v1.json", async context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await using var document = typeof(AboutEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
            await document.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
    }
}
