namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Logs</c>: how lines of the log are written.</summary>
public sealed class LogOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Logs";

    /// <summary>How the sinks <c>Console</c> and <c>File</c> write a line.</summary>
    public LogFormat Format { get; set; } = LogFormat.Text;
}
