using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LoopLM.Server.Hosting;

/// <summary>Tells where the playground is, once the server listens.</summary>
internal static partial class PlaygroundAddress
{
    /// <summary>Logs the address when the server has started.</summary>
    public static void LogAtStart(WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (Find(addresses, app.Configuration) is { } address)
        {
            IsAt(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PlaygroundAddress)), address);
        }
    });

    /// <summary>
    /// The first address that a browser can open; null where there is none. Browsers do not open HTTP/2 alone, which gRPC listens for.
    /// </summary>
    /// <param name="addresses">Where the server listens, in the order of the names of its endpoints.</param>
    /// <param name="configuration">The settings of the endpoints.</param>
    internal static string? Find(IEnumerable<string> addresses, IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren();
        var found = addresses.Zip(endpoints)
            .FirstOrDefault(each => !"Http2".Equals(each.Second["Protocols"], StringComparison.OrdinalIgnoreCase)).First;
        return found is null ? null : ClientAddress.Of(BindingAddress.Parse(found));
    }

    [LoggerMessage(1, LogLevel.Information, "The playground is at {Address}")]
    private static partial void IsAt(ILogger logger, string address);
}
