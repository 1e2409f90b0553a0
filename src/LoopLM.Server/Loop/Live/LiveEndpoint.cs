using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Transport;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Loop.Live;

/// <summary><c>GET /v1/loop/live</c>: what the engine of a model does now, as a stream. It reads what engines publish anyway.</summary>
internal sealed class LiveEndpoint(ServedModels models, IOptions<LimitOptions> limits, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>What readers for whom there is no room are told to wait, in seconds.</summary>
    private const int RetrySeconds = 5;

    private int _readers;

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

        try
        {
            var most = limits.Value.MaxLiveReaders;
            if (Interlocked.Increment(ref _readers) > most)
            {
                var message = $"As many live streams are read as may be at once, {most}. Try again when one has ended.";
                var refusal = new RequestError(RequestErrorKind.Overloaded, null, message, RetrySeconds);
                await context.WriteErrorAsync(OpenAiErrors.From(refusal));
                return;
            }

            await StreamAsync(context, request);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has seen enough.
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
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
