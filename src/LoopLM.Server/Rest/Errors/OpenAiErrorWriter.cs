using System.Globalization;
using System.Text.Json;

namespace LoopLM.Server.Rest.Errors;

/// <summary>Writes errors in OpenAI's shape.</summary>
internal static class OpenAiErrorWriter
{
    /// <summary>Answers a request whose response has not started.</summary>
    public static async Task WriteErrorAsync(this HttpContext context, OpenAiError error)
    {
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        if (error.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, RestJson.WriterOptions))
        {
            Write(json, error);
        }

        await context.Response.BodyWriter.FlushAsync();
    }

    /// <summary>Writes the object <c>{"error": {...}}</c>.</summary>
    public static void Write(Utf8JsonWriter json, OpenAiError error)
    {
        json.WriteStartObject();
        json.WriteError(error);
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>error</c>.</summary>
    public static void WriteError(this Utf8JsonWriter json, OpenAiError error)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
    }
}
