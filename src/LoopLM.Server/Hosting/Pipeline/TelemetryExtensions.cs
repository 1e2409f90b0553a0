using System.Diagnostics.Metrics;
using System.Text;
using LoopLM.Engine.Telemetry;
using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Telemetry;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Diagnostics;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Metrics, traces and logs.</summary>
internal static class TelemetryExtensions
{
    private const string Count = ".count";

    private static readonly string[] s_probes = ["/health", "/metrics"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        // What keeps the host from starting is reported on standard error, in one line for each problem.
        services.AddSerilog(logger => logger.ReadFrom.Configuration(Serilog(configuration, isSink: false))
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .Filter.ByExcluding(each => each.Exception.IsBreakOff())
            .WriteTo.Sink(new SafeLogSink(new LoggerConfiguration()
                .MinimumLevel.Verbose().ReadFrom.Configuration(Serilog(configuration, isSink: true)).CreateLogger())));
        var name = typeof(TelemetryExtensions).Assembly.GetName().Name!;

        // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before the name.
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(name, autoGenerateServiceInstanceId: false)
                .AddEnvironmentVariableDetector());
        if (IsExported(configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(RequestSpans.SourceName)
                .AddAspNetCoreInstrumentation(Describe)
                .AddOtlpExporter());
        }

        if (IsExported(configuration, "METRICS"))
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        }

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

    /// <summary>Whether the standard variables name a place for a signal.</summary>
    private static bool IsExported(IConfiguration configuration, string signal) =>
        !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
        || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]);

    /// <summary>Traces no probes, and keeps what a client writes freely out of spans: it may hold keys.</summary>
    private static void Describe(AspNetCoreTraceInstrumentationOptions options)
    {
        options.Filter = context => !IsProbe(context);
        options.EnrichWithHttpRequest = (span, _) =>
        {
            foreach (var name in (string[])["url.path", "url.query", "user_agent.original"])
            {
                span.SetTag(name, null);
            }
        };
    }

    private static bool IsProbe(HttpContext context) => Array.Exists(s_probes, probe => context.Request.Path.StartsWithSegments(probe));

    /// <summary>The settings of Serilog that name sinks, or all others: every sink is after the <see cref="SafeLogSink"/>.</summary>
    private static IConfiguration Serilog(IConfiguration configuration, bool isSink)
    {
        string[] sinks = ["Serilog:WriteTo", "Serilog:AuditTo"];
        var settings = configuration.GetSection("Serilog").AsEnumerable().Where(setting =>
            setting.Key.StartsWith("Serilog:Using", StringComparison.OrdinalIgnoreCase)
            || isSink == Array.Exists(sinks, sink => setting.Key.StartsWith(sink, StringComparison.OrdinalIgnoreCase)));
        var format = (configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new()).Format;
        return new ConfigurationBuilder()
            .AddInMemoryCollection(format == LogFormat.Json ? AsJson(new(settings, StringComparer.OrdinalIgnoreCase)) : settings)
            .Build();
    }

    /// <summary>Lets the console and files have lines of JSON.</summary>
    private static Dictionary<string, string?> AsJson(Dictionary<string, string?> settings)
    {
        var sinks = settings.Where(setting =>
            setting.Value is "Console" or "File" && setting.Key.EndsWith(":Name", StringComparison.OrdinalIgnoreCase));
        foreach (var (name, _) in sinks.ToList())
        {
            var arguments = $"{name[..name.LastIndexOf(':')]}:Args";
            settings.Remove($"{arguments}:outputTemplate");
            settings[$"{arguments}:formatter"] = typeof(CompactJsonFormatter).AssemblyQualifiedName;
        }

        return settings;
    }

    /// <summary>
    /// Logs one line for each request: its route, status and time, and what <see cref="RequestLog"/> says of what
    /// it generated. Never text of a request, nor a key.
    /// </summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseSerilogRequestLogging(options =>
    {
        options.GetLevel = (context, _, exception) =>
            IsProbe(context) ? LogEventLevel.Verbose
            : exception is null && context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable ? LogEventLevel.Warning
            : exception is not null || context.Response.StatusCode >= 500 ? LogEventLevel.Error
            : LogEventLevel.Information;
        options.MessageTemplate =
            $"HTTP {{RequestMethod}} {{Route}} responded {{StatusCode}} in {{Elapsed:0.0000}} ms{{{RequestLog.Summary}:l}}";
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
        ((context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText
            ?? "(no route)";

    /// <summary>Prometheus keeps the suffix <c>_count</c> for histograms: .NET's own gauges of that name go without it.</summary>
    private static MetricStreamConfiguration? WithoutCount(Instrument instrument) =>
        instrument is ObservableUpDownCounter<long> { Meter.Name: "System.Runtime" }
        && instrument.Name.EndsWith(Count, StringComparison.Ordinal)
            ? new MetricStreamConfiguration { Name = instrument.Name[..^Count.Length] }
            : null;

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, scraping => scraping.Use(BufferAsync), optionsName: null)
            .DisableRateLimiting();

    /// <summary>
    /// Until the exporter has written its answer, every other scrape waits for it busily: so it writes to memory, never to a client. It
    /// writes the one form after which more may follow: text that is not compressed.
    /// </summary>
    private static async Task BufferAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Accept = "text/plain; version=0.0.4";
        context.Request.Headers.AcceptEncoding = default;
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
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        await using var text = new StreamWriter(client, utf8, PooledBuffer.ChunkBytes, leaveOpen: true);
        await text.WriteAsync(scrape.AsMemory(), context.RequestAborted);
        await text.WriteAsync(VllmMetrics.Repeat(scrape).AsMemory(), context.RequestAborted);
    }
}
