using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Limits</c>: what a client may ask of the server, and how long the server waits to stop.</summary>
public sealed class LimitOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Limits";

    /// <summary>Bytes of a request's body or message, 1 KiB to 64 MiB. Larger ones are refused before they are read.</summary>
    [Range(1 << 10, 64 << 20)]
    public int MaxBodyBytes { get; set; } = 2 << 20;

    /// <summary>Stop strings of one request, 0 to 1024.</summary>
    [Range(0, 1024)]
    public int MaxStopStrings { get; set; } = 16;

    /// <summary>UTF-16 units of one stop string, 1 to 65536. As much text may be withheld until it is decided.</summary>
    [Range(1, 65536)]
    public int MaxStopLength { get; set; } = 256;

    /// <summary>How long requests may still run after the server was told to stop; then they are cancelled. 0 to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);
}
