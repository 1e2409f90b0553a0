using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Telemetry;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Says why a request with a host name that is not allowed is refused: to the client, and now and then in the log.</summary>
internal sealed partial class RefusedHosts(TimeProvider time, ILogger<RefusedHosts> logger)
{
    private readonly LogPause _pause = new(time);

    /// <summary>The refusal of a request. The log gets one line in ten seconds at most.</summary>
    public OpenAiError Refuse(HttpContext context)
    {
        var host = ClientText.Show(context.Request.Host.Value ?? "", 128);
        if (_pause.TryEnd())
        {
            HostRefused(host);
        }

        return OpenAiErrors.Host(host);
    }

    [LoggerMessage(1, LogLevel.Warning, "A request was refused: its Host header is {Host}, which AllowedHosts does not list")]
    private partial void HostRefused(string host);
}
