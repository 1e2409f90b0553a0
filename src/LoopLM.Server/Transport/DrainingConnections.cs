using LoopLM.Engine.Telemetry;
using LoopLM.Server.Models;

namespace LoopLM.Server.Transport;

/// <summary>
/// Ends the connections of HTTP/1.1 with their next answer while the server drains, so that clients go elsewhere in time.
/// </summary>
internal static class DrainingConnections
{
    public static IApplicationBuilder UseDrainingConnections(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // At the last moment: it may begin to drain while the answer is made.
            context.Response.OnStarting(
                static state =>
                {
                    var context = (HttpContext)state;
                    var models = context.RequestServices.GetRequiredService<ServedModels>().All;
                    if (models.Any(model => model.Engine.Snapshot.Health is EngineHealth.Draining or EngineHealth.Stopped))
                    {
                        context.Response.Headers.Connection = "close";
                    }

                    return Task.CompletedTask;
                },
                context);
        }

        return next(context);
    });
}
