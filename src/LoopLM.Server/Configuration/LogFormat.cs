namespace LoopLM.Server.Configuration;

/// <summary>How a line of the log is written.</summary>
public enum LogFormat
{
    /// <summary>For people, by the output template of the sink.</summary>
    Text,

    /// <summary>For programs: a JSON object, as Serilog's compact formatter writes it.</summary>
    Json,
}
