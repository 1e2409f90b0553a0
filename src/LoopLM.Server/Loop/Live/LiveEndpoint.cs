using LoopLM.Server.Models;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Loop.Live;

/// <summary><c>GET /v1/loop/live</c>: what the engine of a model does now, as a stream. It reads what engines publish anyway.</summary>
internal sealed class LiveEndpoint(
    ServedModels models, LiveReaders readers, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Streams until the client goes away or the server drains.</summary>
    public async Task StreamAsync(HttpContext context)
    {
        if (!LiveRequest.TryRead(context.Request.Query, models, out var request, out var error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            EventStream.Begin(context);
            return;
        }

        var client = context.Caller().Queue;
        if (readers.TryEnter(client) is { } refusal)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(refusal));
            return;
        }

        try
        {
            await StreamAsync(context, request);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has seen enough.
        }
        finally
        {
            readers.Leave(client);
        }
    }

    private async Task StreamAsync(HttpContext context, LiveRequest request)
    {
        EventStream.Begin(context);
        using var timer = new PeriodicTimer(request.Interval, time);
        using var draining = lifetime.ApplicationStopping.UnsafeRegister(static timer => ((PeriodicTimer)timer!).Dispose(), timer);
        using var writer = new LiveWriter(context.Response.BodyWriter, request.Model, time);
        using var flow = new ResponseFlow(context);
        var goesOn = true;
        writer.Write(isLast: false);
        while (await flow.FlushOrGiveUpAsync(lifetime.ApplicationStopping) && goesOn)
        {
            goesOn = await timer.WaitForNextTickAsync(context.RequestAborted);
            writer.Write(isLast: !goesOn);
        }
    }
}
