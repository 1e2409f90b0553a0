using Microsoft.AspNetCore.Http;

namespace LoopLM.Playground;

/// <summary>What browsers hold the pages to.</summary>
internal static class PageHeaders
{
    /// <summary>Everything comes from this server, nothing runs or styles from within the page, and no other page may frame it.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Writes the headers of a page or of a file that a page loads.</summary>
    public static void Write(IHeaderDictionary headers, string contentSecurityPolicy)
    {
        headers.ContentSecurityPolicy = contentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
