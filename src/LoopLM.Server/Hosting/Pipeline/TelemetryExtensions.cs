using System.Diagnostics.Metrics;
using System.Text;
using LoopLM.Engine.Telemetry;
using LoopLM.Server.Access;
using LoopLM.Server.Telemetry;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Diagnostics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Serilog;
using Serilog.Events;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Metrics and logs.</summary>
internal static class TelemetryExtensions
{
    private const string Count = ".count";

    private static readonly string[] s_probes = ["/health", "/metrics"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        // What keeps the host from starting is told on standard error, in one line for each problem.
        services.AddSerilog(logger => logger.ReadFrom.Configuration(Serilog(configuration, isSink: false))
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .Filter.ByExcluding(each => each.Exception.IsBreakOff())
            .WriteTo.Sink(new SafeLogSink(new LoggerConfiguration()
                .MinimumLevel.Verbose().ReadFrom.Configuration(Serilog(configuration, isSink: true)).CreateLogger())));
        var name = typeof(TelemetryExtensions).Assembly.GetName().Name!;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(name, autoGenerateServiceInstanceId: false));
        telemetry.WithMetrics(metrics => metrics
            .AddMeter(EngineMetrics.MeterName, GenAiMetrics.MeterName)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddView(WithoutCount)
            .AddPrometheusExporter(exporter =>
            {
                exporter.ScrapeResponseCacheDurationMilliseconds = 0;
                exporter.ScopeInfoEnabled = false;
            }));
        return services;
    }

    /// <summary>The settings of Serilog that name sinks, or all others: every sink stands behind the <see cref="SafeLogSink"/>.</summary>
    private static IConfiguration Serilog(IConfiguration configuration, bool isSink)
    {
        string[] sinks = ["Serilog:WriteTo", "Serilog:AuditTo"];
        return new ConfigurationBuilder().AddInMemoryCollection(configuration.GetSection("Serilog").AsEnumerable().Where(setting =>
            setting.Key.StartsWith("Serilog:Using", StringComparison.OrdinalIgnoreCase)
            || isSink == Array.Exists(sinks, sink => setting.Key.StartsWith(sink, StringComparison.OrdinalIgnoreCase)))).Build();
    }

    /// <summary>
    /// Logs one line for each request: its route, status and time, and what <see cref="RequestLog"/> says of what it generated. Never text of a request, nor a key.
    /// </summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseSerilogRequestLogging(options =>
    {
        options.GetLevel = (context, _, exception) =>
            Array.Exists(s_probes, probe => context.Request.Path.StartsWithSegments(probe)) ? LogEventLevel.Verbose
            : exception is null && context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable ? LogEventLevel.Warning
            : exception is not null || context.Response.StatusCode >= 500 ? LogEventLevel.Error
            : LogEventLevel.Information;
        options.MessageTemplate = $"HTTP {{RequestMethod}} {{Route}} responded {{StatusCode}} in {{Elapsed:0.0000}} ms{{{RequestLog.Summary}:l}}";
        options.GetMessageTemplateProperties = (context, _, elapsed, status) =>
        [
            new("RequestMethod", new ScalarValue(context.Request.Method)),
            new("Route", new ScalarValue(RouteOf(context))),
            new("StatusCode", new ScalarValue(status)),
            new("Elapsed", new ScalarValue(elapsed)),
        ];
        options.EnrichDiagnosticContext = (diagnostics, context) =>
        {
            diagnostics.Set("RequestId", context.TraceIdentifier);
            diagnostics.Set("Client", context.Features.Get<Client>()?.Name);
        };
    }).Use((context, next) =>
    {
        RequestLog.Begin(context.RequestServices.GetRequiredService<IDiagnosticContext>());
        return next(context);
    });

    /// <summary>The route that a request reached. A path that reaches none is the client's text, and may hold a key.</summary>
    private static string RouteOf(HttpContext context) =>
        ((context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    /// <summary>Prometheus keeps the suffix <c>_count</c> for histograms: .NET's own gauges of that name go without it.</summary>
    private static MetricStreamConfiguration? WithoutCount(Instrument instrument) =>
        instrument is ObservableUpDownCounter<long> { Meter.Name: "System.Runtime" }
        && instrument.Name.EndsWith(Count, StringComparison.Ordinal)
            ? new MetricStreamConfiguration { Name = instrument.Name[..^Count.Length] }
            : null;

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, scraping => scraping.Use(BufferAsync), optionsName: null).DisableRateLimiting();

    /// <summary>
    /// Until the exporter has written its answer, every other scrape waits for it busily: so it writes to memory, never to a client. It writes the one
    /// form behind which more may follow.
    /// </summary>
    private static async Task BufferAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Accept = "text/plain; version=0.0.4";
        var client = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = client;
        }

        var scrape = Encoding.UTF8.GetString(answer.GetBuffer().AsSpan(0, (int)answer.Length));
        await using var text = new StreamWriter(client, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), PooledBuffer.ChunkBytes, leaveOpen: true);
        await text.WriteAsync(scrape.AsMemory(), context.RequestAborted);
        await text.WriteAsync(VllmMetrics.Repeat(scrape).AsMemory(), context.RequestAborted);
    }
}
