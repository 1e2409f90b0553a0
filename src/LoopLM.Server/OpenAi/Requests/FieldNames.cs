using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Names fields as an endpoint does.</summary>
internal static class FieldNames
{
    /// <summary>The error under another name of its field.</summary>
    public static RequestError Renamed(this RequestError error, string? name) =>
        error with { Field = name, Message = error.Message.Replace($"'{error.Field}'", $"'{name}'", StringComparison.Ordinal) };
}
