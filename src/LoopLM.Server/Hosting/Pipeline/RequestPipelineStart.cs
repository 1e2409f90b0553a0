using LoopLM.Server.Grpc;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>What is before all else, also before the filter of host names: ids, the log, and answers where no endpoint is.</summary>
internal sealed class RequestPipelineStart : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseBrokenOffResponses();
        app.UseRequestIds();
        app.UseRequestLog();
        app.UseOpenAiErrors();
        app.UseHeaderLimit();
        app.UseDrainingConnections();
        app.UseChargedMessages();
        next(app);
    };
}
