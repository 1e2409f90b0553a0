using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace LoopLM.Playground;

/// <summary>The reference of the API at <c>/docs</c>, which Scalar renders from the OpenAPI document, all from this server.</summary>
internal static class ApiReference
{
    /// <summary>Bytes of the nonce by which the page's own scripts are known.</summary>
    private const int NonceBytes = 16;

    public static void Map(RouteGroupBuilder group) => group
        .MapScalarApiReference("/docs", WriteOptions)
        .AddEndpointFilter((context, next) =>
        {
            PageHeaders.Write(context.HttpContext.Response.Headers, PageHeaders.ContentSecurityPolicy);
            return next(context);
        });

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
