using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.Access;

/// <summary>Says why a request with a host name that is not allowed is refused: to the client, and now and then in the log.</summary>
internal sealed partial class RefusedHosts(TimeProvider time, ILogger<RefusedHosts> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _logged;

    /// <summary>The refusal of a request. The log gets one line in ten seconds at most.</summary>
    public OpenAiError Refuse(HttpContext context)
    {
        var host = ClientText.Show(context.Request.Host.Value ?? "", 128);
        if (IsTimeToLog())
        {
            HostRefused(host);
        }

        return OpenAiErrors.Host(host);
    }

    private bool IsTimeToLog()
    {
        lock (_lock)
        {
            if (_logged is { } before && time.GetElapsedTime(before) < s_pause)
            {
                return false;
            }

            _logged = time.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A request was refused: its Host header is {Host}, which AllowedHosts does not list")]
    private partial void HostRefused(string host);
}
