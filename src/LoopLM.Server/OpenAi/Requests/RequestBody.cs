using System.Text.Json;
using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Reads request bodies.</summary>
internal static class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a JSON object, or answers the request with what is wrong with it and returns null. Kestrel bounds the size.</summary>
    public static async Task<JsonDocument?> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await context.WriteErrorAsync(OpenAiErrors.MediaType(context.Request.ContentType));
            return null;
        }

        try
        {
            var document = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            await context.WriteErrorAsync(OpenAiErrors.MalformedJson($"it is of the kind {document.RootElement.ValueKind}."));
            document.Dispose();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with an escaped lone surrogate.
            await context.WriteErrorAsync(OpenAiErrors.MalformedJson(exception.Message));
        }

        return null;
    }
}
