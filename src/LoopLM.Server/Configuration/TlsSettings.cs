namespace LoopLM.Server.Configuration;

/// <summary>What a certificate changes of the endpoints.</summary>
internal static class TlsSettings
{
    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>
    /// The settings: endpoints without a certificate of their own take the scheme https, and those of HTTP/1.1 offer HTTP/2 as well.
    /// </summary>
    public static Dictionary<string, string?> Read(IConfiguration configuration)
    {
        var settings = new Dictionary<string, string?>();
        if (configuration[$"{TlsOptions.Section}:{nameof(TlsOptions.Certificate)}"] is not { Length: > 0 })
        {
            return settings;
        }

        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren())
        {
            if (!endpoint.GetSection("Certificate").Exists() && endpoint["Url"] is { } url
                && ShorthandSettings.TryParse(url, out var address))
            {
                settings[$"{endpoint.Path}:Url"] = $"https{url[address.Scheme.Length..]}";
                settings[$"{endpoint.Path}:Protocols"] = endpoint["Protocols"] == "Http1" ? "Http1AndHttp2" : endpoint["Protocols"];
            }
        }

        return settings;
    }
}
