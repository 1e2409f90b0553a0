using LoopLM.Server.Access;
using LoopLM.Server.OpenAi;
using LoopLM.Server.Telemetry;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Hosting;

/// <summary>What stands before all else, also before the filter of host names: ids, the log, and answers where no endpoint is.</summary>
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
