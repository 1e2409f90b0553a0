using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace LoopLM.Playground;

/// <summary>The reference of the API at <c>/docs</c>, which Scalar renders from the OpenAPI document, all from this server.</summary>
internal static class ApiReference
{
    /// <summary>Bytes of the nonce by which the page's own scripts are known.</summary>
    private const int NonceBytes = 16;

    /// <summary>Before the names of Scalar's files in its assembly, which holds them as gzip.</summary>
    private const string Resources = "ScalarStaticAssets.";

    /// <summary>Maps the page and the files that it loads.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapScalarApiReference("/docs", WriteOptions).AddEndpointFilter((context, next) =>
        {
            PageHeaders.Write(context.HttpContext.Response.Headers, PageHeaders.ContentSecurityPolicy);
            return next(context);
        });
        foreach (var resource in typeof(ScalarOptions).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            MapFile(group, resource);
        }
    }

    /// <summary>
    /// Before Scalar's own endpoint, which unpacks the file for every request and does not read all of <c>Accept-Encoding</c>.
    /// </summary>
    private static void MapFile(RouteGroupBuilder group, string resource)
    {
        var file = resource[Resources.Length..];
        var asset = new Lazy<Asset>(() => new(file, Unpack(resource)));
        group.MapMethods($"/docs/{file}", PlaygroundEndpoints.ReadMethods, context =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return PlaygroundEndpoints.WriteAsync(context, asset.Value);
        }).WithOrder(-1);
    }

    private static byte[] Unpack(string resource)
    {
        using var packed = typeof(ScalarOptions).Assembly.GetManifestResourceStream(resource)!;
        using var content = new GZipStream(packed, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        content.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static void WriteOptions(ScalarOptions options, HttpContext context)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes));
        context.Response.Headers.ContentSecurityPolicy = PolicyFor(nonce);
        options
            .WithTitle("LoopLM API")
            .WithOpenApiRoutePattern("docs/openapi.json")
            .WithDynamicBaseServerUrl()
            .WithNonce(nonce)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools();
    }

    /// <summary>Scalar's page has a script that starts it, and its components write styles into the page.</summary>
    private static string PolicyFor(string nonce) => PageHeaders.ContentSecurityPolicy
        .Replace("script-src 'self'", $"script-src 'nonce-{nonce}'", StringComparison.Ordinal)
        .Replace("style-src 'self'", "style-src 'unsafe-inline'", StringComparison.Ordinal);
}
