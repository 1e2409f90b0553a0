using LoopLM.Engine.Telemetry;
using LoopLM.Server.Configuration;
using LoopLM.Server.Models;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Output;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Health;

/// <summary>Liveness and readiness over HTTP and gRPC.</summary>
internal static class HealthEndpoints
{
    /// <summary>The services that gRPC's health knows: the server as a whole, and that of the engines.</summary>
    public static readonly string[] GrpcServices = ["", Protocol.V1.Inference.Descriptor.FullName];

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .Add(Check(EngineHealthCheck.Live, health => health != EngineHealth.Unhealthy))
            .Add(Check(EngineHealthCheck.Ready, health => health == EngineHealth.Ready));
        services.AddGrpcHealthChecks(options =>
        {
            Array.ForEach(GrpcServices, name => options.Services.Map(name, check => check.Tags.Contains(EngineHealthCheck.Ready)));
        });

        // The engines' state is at hand, so the first Watch need not wait for a round of publishing.
        services.Configure<HealthCheckPublisherOptions>(options =>
            (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(2)));
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", Options(EngineHealthCheck.Live)).AllowEveryone();
        routes.MapHealthChecks("/health/ready", Options(EngineHealthCheck.Ready)).AllowEveryone();
        routes.MapHealthChecks("/health", Options(EngineHealthCheck.Ready)).AllowEveryone();
        routes.MapGrpcHealthChecksService().AllowEveryone();
        routes.MapGrpcService<HealthListService>().AllowEveryone();
    }

    private static HealthCheckRegistration Check(string tag, Predicate<EngineHealth> isHealthy) =>
        new(
            tag,
            services => new EngineHealthCheck(
                services.GetRequiredService<ServedModels>(), services.GetRequiredService<IOptions<LimitOptions>>(), isHealthy),
            HealthStatus.Unhealthy,
            [tag]);

    private static HealthCheckOptions Options(string tag) => new()
    {
        Predicate = check => check.Tags.Contains(tag),
        ResponseWriter = (context, report) => context.WriteJsonAsync(json =>
        {
            var entry = report.Entries[tag];
            json.WriteStartObject();
            json.WriteString("status"u8, $"{entry.Data[EngineHealthCheck.State]}".ToLowerInvariant());
            if (entry.Description is { } reason)
            {
                json.WriteString("reason"u8, reason);
            }

            json.WriteEndObject();
        }),
    };
}
