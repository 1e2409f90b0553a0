using LoopLM.Engine.Execution;
using LoopLM.Server.Access;
using OpenTelemetry.Metrics;
using Serilog;
using Serilog.Events;

namespace LoopLM.Server.Telemetry;

/// <summary>Metrics and logs.</summary>
internal static class TelemetryExtensions
{
    private static readonly string[] Probes = ["/health", "/metrics"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSerilog(logger => logger.ReadFrom.Configuration(configuration));
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(EngineMetrics.MeterName)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter(exporter =>
            {
                exporter.ScrapeResponseCacheDurationMilliseconds = 0;
                exporter.ScopeInfoEnabled = false;
            }));
        return services;
    }

    /// <summary>Logs one line for each request: its route, status and time, and the client's name, and the tokens and exit steps that endpoints add. Never text of a request, nor a key.</summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseSerilogRequestLogging(options =>
    {
        options.GetLevel = (context, _, exception) =>
            Array.Exists(Probes, probe => context.Request.Path.StartsWithSegments(probe)) ? LogEventLevel.Verbose
            : exception is not null || context.Response.StatusCode >= 500 ? LogEventLevel.Error
            : LogEventLevel.Information;
        options.EnrichDiagnosticContext = (diagnostics, context) =>
        {
            diagnostics.Set("RequestId", context.TraceIdentifier);
            diagnostics.Set("Client", context.Features.Get<Client>()?.Name);
        };
    });

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").DisableRateLimiting();
}
