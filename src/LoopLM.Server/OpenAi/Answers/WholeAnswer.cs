using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.OpenAi.Answers;

/// <summary>Answers with one JSON value, once all choices have ended.</summary>
internal static class WholeAnswer
{
    /// <summary>Reads the choices to their ends and writes the answer, or the first error.</summary>
    /// <param name="context">The request.</param>
    /// <param name="choices">What is generated.</param>
    /// <param name="write">Writes the answer.</param>
    public static async Task WriteAsync(HttpContext context, TextChoices choices, Action<Utf8JsonWriter, IReadOnlyList<FinishedText>> write)
    {
        var texts = await choices.ReadToEndAsync(context.RequestAborted);
        await (texts[^1].End.Error is { } failed
            ? context.WriteErrorAsync(OpenAiErrors.From(failed))
            : context.WriteJsonAsync(json => write(json, texts)));
    }

    /// <summary>Writes a JSON value.</summary>
    public static async Task WriteJsonAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, OpenAiJson.WriterOptions))
        {
            write(json);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
