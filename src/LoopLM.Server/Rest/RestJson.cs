using System.Text.Encodings.Web;
using System.Text.Json;

namespace LoopLM.Server.Rest;

/// <summary>How JSON is written.</summary>
internal static class RestJson
{
    /// <summary>Text stays readable: only what JSON demands is escaped. The responses are never part of an HTML page.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
