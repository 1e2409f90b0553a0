using LoopLM.Engine.Depth;
using LoopLM.Engine.Execution;
using LoopLM.Protocol.V1;
using LoopLM.Server.About;
using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Grpc;
using LoopLM.Server.Health;
using LoopLM.Server.OpenAi;
using LoopLM.Server.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>Puts the server together.</summary>
public static class ServerApplication
{
    /// <summary>Builds and runs the server until it is told to stop.</summary>
    /// <param name="args">The command line: settings such as <c>--Model:Path=...</c>.</param>
    /// <param name="runners">What can compute.</param>
    /// <returns>The exit code: 0; or 1 where it could not start, of which standard error lists every reason, or where the engine could not work any more.</returns>
    public static async Task<int> RunAsync(string[] args, Runners runners)
    {
        try
        {
            await using var app = Build(args, runners);

            // Before the host starts, which would log what is wrong with its stack trace.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            var models = app.Services.GetRequiredService<ServedModels>();
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            if (models.LoadProblems is { Count: > 0 } problems)
            {
                throw new ModelProblemsException(problems);
            }

            return models.All.Any(model => model.Engine.Snapshot.Health == EngineHealth.Unhealthy) ? 1 : 0;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop while it started.
            return 0;
        }
        catch (Exception exception) when (Reasons(exception) is { Count: > 0 } reasons)
        {
            await Console.Error.WriteLineAsync($"The server cannot start:\n{string.Join('\n', reasons.Select(reason => $"- {reason}"))}");
            return 1;
        }
    }

    /// <summary>Builds the server.</summary>
    public static WebApplication Build(string[] args, Runners runners)
    {
        // Settings and the bundled model lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services
            .AddSingleton(runners)
            .AddSingleton(TimeProvider.System)
            .AddOptions(builder.Configuration)
            .AddEngine()
            .AddSingleton<RequestLimits>()
            .AddSingleton<GrammarCache>()
            .AddSingleton<OutputConstraints>()
            .AddSingleton<TextGenerator>()
            .AddAccess()
            .AddHealth()
            .AddTelemetry(builder.Configuration)
            .AddOpenAi()
            .AddGrpc(grpc => grpc.IgnoreUnknownServices = true).Services
            .AddGrpcReflection();

        var app = builder.Build();
        app.UseRequestIds();
        app.UseRequestLog();
        app.UseOpenAiErrors();
        app.UseAccess(builder.Configuration);
        app.MapOpenAi();
        app.MapAbout();

        // gRPC bounds each message by itself; the limit of a body would end a stream of them.
        app.MapGrpcService<InferenceService>().WithMetadata(new DisableRequestSizeLimitAttribute());
        app.MapGrpcReflectionService().WithMetadata(new DisableRequestSizeLimitAttribute());
        app.MapHealth();
        var metrics = app.MapMetrics();
        if (builder.Configuration.GetValue<bool>($"{AuthOptions.Section}:{nameof(AuthOptions.OpenMetrics)}"))
        {
            metrics.AllowEveryone();
        }

        return app;
    }

    private static IServiceCollection AddOptions(this IServiceCollection services, ConfigurationManager configuration)
    {
        services.AddSingleton<ModelOptionsRules>().AddSingleton<EngineOptionsRules>();
        services.AddOptionsWithValidateOnStart<ModelListOptions, ModelListRules>().Configure<IConfiguration>((models, from) => models.Read(from));
        services.AddOptionsWithValidateOnStart<LimitOptions, LimitOptionsValidator>().BindConfiguration(LimitOptions.Section);

        var limits = configuration.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new LimitOptions();
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes);
        services.Configure<global::Grpc.AspNetCore.Server.GrpcServiceOptions>(grpc => grpc.MaxReceiveMessageSize = limits.MaxBodyBytes);

        // Closing the sockets comes after draining and needs a little time of its own.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.DrainTimeout + TimeSpan.FromSeconds(5));
        return services;
    }

    private static IServiceCollection AddEngine(this IServiceCollection services) => services
        .AddSingleton(ExitPolicies.BuiltIn)
        .AddSingleton<EngineMetrics>()
        .AddSingleton<ServedModels>()
        .AddHostedService<EngineHost>();

    /// <summary>What the operator can mend, one line each; empty for a bug.</summary>
    internal static List<string> Reasons(Exception exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures],
        AggregateException several when several.InnerExceptions.All(inner => Reasons(inner).Count > 0) => [.. several.InnerExceptions.SelectMany(Reasons)],
        ModelProblemsException models => models.Problems.ToList(),
        IOException => [exception.Message],
        InvalidOperationException { InnerException: FormatException or ArgumentException } unbound => [unbound.Message],
        _ => [],
    };
}
