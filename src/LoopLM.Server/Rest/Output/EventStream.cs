using LoopLM.Server.Rest.Errors;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace LoopLM.Server.Rest.Output;

/// <summary>Answers with server-sent events.</summary>
internal static class EventStream
{
    /// <summary>Begins a response of events, of which nobody on the way may keep any back.</summary>
    public static void Begin(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>
    /// Streams the choices as their events come. Nothing is written before the first one is known: an early error gets its status.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="choices">What is generated.</param>
    /// <param name="createWriter">Makes the writer once the response begins.</param>
    public static async Task WriteAsync(HttpContext context, TextChoices choices, Func<IChunkWriter> createWriter)
    {
        var (index, next) = await choices.ReadAsync(context.RequestAborted);
        if (next.Error is { } early)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(early));
            return;
        }

        Begin(context);
        using var writer = createWriter();
        using var flow = new ResponseFlow(context);
        Func<long> unread = () => choices.UnreadBytes;
        while (true)
        {
            if (next.Error is { } error)
            {
                // Some clients read past an error event, so the response must not end as if it were complete.
                writer.WriteError(OpenAiErrors.From(error));
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                context.BreakOff(error.Message.ToString());
                return;
            }

            writer.WritePart(index, next);
            if (choices.HaveEnded)
            {
                break;
            }

            // What is there already goes out in one piece, or chunk by chunk where much has gathered.
            var more = choices.TryRead(out index, out next);
            if ((!more || flow.HasChunk) && !await flow.FlushAsync(unread))
            {
                return;
            }

            while (!more)
            {
                await choices.WaitAsync(context.RequestAborted);
                more = choices.TryRead(out index, out next);
            }
        }

        writer.WriteEnd();
        await flow.FlushAsync(unread);
    }
}
