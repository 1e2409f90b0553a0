using System.Text.Json;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Rest.Output;

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

    /// <summary>Writes a JSON value, or refuses it where there is no room for it.</summary>
    public static Task WriteJsonAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        var flow = new ResponseFlow(context);
        return SendAsync(context, flow, Render(flow, write));
    }

    /// <summary>Writes a long text piece by piece, so that no array has to hold all of it.</summary>
    public static void WriteText(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> parts)
    {
        const int piece = 4096;
        json.WritePropertyName(name);
        foreach (var part in parts)
        {
            for (var at = 0; at < part.Length; at += piece)
            {
                json.WriteStringValueSegment(part.AsSpan(at, Math.Min(piece, part.Length - at)), isFinalSegment: false);
            }
        }

        json.WriteStringValueSegment(ReadOnlySpan<char>.Empty, isFinalSegment: true);
    }

    /// <summary>Renders a JSON value before any of it is sent, so that what it was made of need not wait for the client.</summary>
    private static PooledBuffer Render(ResponseFlow flow, Action<Utf8JsonWriter> write)
    {
        var answer = new PooledBuffer(flow.Held);
        using var json = new Utf8JsonWriter(answer, RestJson.WriterOptions);
        write(json);
        return answer;
    }

    private static async Task SendAsync(HttpContext context, ResponseFlow flow, PooledBuffer answer)
    {
        using (flow)
        using (answer)
        {
            if (answer.IsOverBudget)
            {
                await context.WriteErrorAsync(OpenAiErrors.From(TransferLimits.AnswerRefused));
                return;
            }

            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            await flow.SendAsync(answer);
        }
    }
}
