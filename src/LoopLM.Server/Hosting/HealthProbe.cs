using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Hosting;

/// <summary>
/// What <c>--health</c> does: asks the server that runs here with the same settings whether it is ready.
/// So a container needs no other program for that.
/// </summary>
internal static class HealthProbe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks.</summary>
    /// <param name="configuration">The settings of the server.</param>
    /// <param name="error">Is told why it is not ready.</param>
    /// <returns>The exit code: 0 where it is ready, else 1.</returns>
    public static async Task<int> RunAsync(IConfiguration configuration, TextWriter error)
    {
        const string setting = "Kestrel:Endpoints:Rest:Url";
        if (!ShorthandSettings.TryParse(configuration[setting], out var listening))
        {
            var found = ClientText.Show(configuration[setting] ?? "");
            await error.WriteLineAsync($"{setting} is '{found}'; it must be scheme, host and port.");
            return 1;
        }

        // It is this machine, and nothing secret is sent: any certificate will do.
        using var handler = new HttpClientHandler
        {
            UseProxy = false,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        using var http = new HttpClient(handler) { Timeout = s_patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ClientAddress.Of(listening)}health/ready");
        if (configuration["AllowedHosts"]?.Split(';') is [{ Length: > 0 } host, ..] && host != "*")
        {
            request.Headers.Host = host;
        }

        try
        {
            using var response = await http.SendAsync(request);
            if (response.IsSuccessStatusCode)
            {
                return 0;
            }

            await error.WriteLineAsync($"The server is not ready: {ClientText.Show(await response.Content.ReadAsStringAsync(), 256)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await error.WriteLineAsync($"No server answers at {request.RequestUri}: {exception.Message}");
        }

        return 1;
    }
}
