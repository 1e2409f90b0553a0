using System.Net.Sockets;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using LoopLM.Playground;
using LoopLM.Server.About;
using LoopLM.Server.Configuration;
using LoopLM.Server.Grpc;
using LoopLM.Server.Health;
using LoopLM.Server.Hosting.Pipeline;
using LoopLM.Server.Models;
using LoopLM.Server.Rest;
using LoopLM.Server.Telemetry;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Transport;
using LoopLM.Server.Work;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>Puts the server together.</summary>
public static class ServerApplication
{
    /// <summary>The libraries that read sections of their own: what they refuse is wrong there.</summary>
    private static readonly string[] s_readers = ["Microsoft.AspNetCore.Server.Kestrel.Core", "Serilog.Settings.Configuration"];

    /// <summary>Builds and runs the server until it is asked to stop.</summary>
    /// <param name="args">The command line: settings such as <c>--Model:Path=...</c>, and the shorthands that <c>--help</c> lists.</param>
    /// <param name="runners">What can compute.</param>
    /// <returns>
    /// The exit code: 0 where it was asked to stop, or where <c>--health</c> finds a server that is ready; 1 where it could
    /// not start, of which standard error lists every reason, or where an engine could not work any more; 128 and the number
    /// of the signal where a second one ended what still ran.
    /// </returns>
    public static async Task<int> RunAsync(string[] args, ModelRunners runners)
    {
        var line = new CommandLine(args);
        if (line.AsksForHelp || line.AsksForVersion)
        {
            await Console.Out.WriteLineAsync(line.AsksForHelp ? HelpText.Text : $"LoopLM.Server {ServerVersion.Text}");
            return 0;
        }

        if (line.AsksForHealth)
        {
            var configuration = CreateBuilder(line).Configuration;
            ReadSettings(configuration, line);
            return await HealthProbe.RunAsync(configuration, Console.Error);
        }

        if (FileDescriptors.Limit is { } limit and < FileDescriptors.Least)
        {
            await Console.Error.WriteLineAsync(
                $"The server cannot start:\n- The process may have {limit} files and sockets open, and needs {FileDescriptors.Least}. "
                + "Raise the limit: ulimit -n, LimitNOFILE of systemd, or --ulimit nofile of docker.");
            return 1;
        }

        try
        {
            return await RunAsync(Build(args, runners));
        }
        catch (OperationCanceledException)
        {
            // It was asked to stop while it started.
            return 0;
        }
        catch (Exception exception) when (Reasons(exception) is { Count: > 0 } reasons)
        {
            await Console.Error.WriteLineAsync($"The server cannot start:\n{string.Join('\n', reasons.Select(reason => $"- {reason}"))}");
            return 1;
        }
    }

    /// <summary>Runs a server that was built until it is asked to stop, and gives its exit code.</summary>
    internal static async Task<int> RunAsync(WebApplication app)
    {
        var host = app.Services.GetRequiredService<EngineHost>();
        ServedModels? models = null;
        try
        {
            var signals = app.Services.GetRequiredService<StopSignals>();
            signals.Listen();

            // Before the host starts, which would log what is wrong with its stack trace.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            models = app.Services.GetRequiredService<ServedModels>();
            models.Open();
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return models.LoadProblems is { Count: > 0 } problems ? throw new ModelProblemsException(problems)
                : signals.ExitCode
                    ?? (host.Hung.Count > 0 || models.All.Any(model => model.Engine.Snapshot.Health == EngineHealth.Unhealthy) ? 1 : 0);
        }
        finally
        {
            // A thread that still reads weights, or hangs, ends with the process: nothing may be taken from under it.
            if (models is null || (host.Hung.Count == 0 && !models.All.Any(model => model.IsLoading)))
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <summary>Builds the server and checks all of its settings.</summary>
    /// <exception cref="OptionsValidationException">Some are wrong; it lists every one.</exception>
    public static WebApplication Build(string[] args, ModelRunners runners)
    {
        var line = new CommandLine(args);
        var builder = CreateBuilder(line);
        var problems = ReadSettings(builder.Configuration, line);
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestPipelineStart>());
        builder.Services
            .AddSingleton(runners)
            .AddSingleton(TimeProvider.System)
            .AddOptions(builder.Configuration)
            .AddEngine()
            .AddSingleton<RequestLimits>()
            .AddSingleton<RequestWork>()
            .AddSingleton<GrammarCache>()
            .AddSingleton<OutputConstraints>()
            .AddSingleton<TextEncoder>()
            .AddSingleton<TextService>()
            .AddTextGenerator()
            .AddSingleton<Description>()
            .AddAccess()
            .AddHealth()
            .AddTelemetry(builder.Configuration)
            .AddOpenAi()
            .AddPlayground()
            .AddGrpc(grpc => grpc.IgnoreUnknownServices = true).Services
            .AddGrpcReflection();

        var app = builder.Build();
        CheckSettings(app, problems);
        app.UseAccess(builder.Configuration);
        app.MapOpenAi();
        app.MapAbout();

        // gRPC bounds each message by itself; the limit of a body would end a stream of them.
        app.MapGrpcService<InferenceService>().WithMetadata(new DisableRequestSizeLimitAttribute());
        app.MapGrpcReflectionService().WithMetadata(new DisableRequestSizeLimitAttribute());
        app.MapHealth();
        if ((builder.Configuration.GetSection(PlaygroundOptions.Section).Get<PlaygroundOptions>() ?? new()).Enabled)
        {
            app.MapPlayground().AllowEveryone();
            app.MapOpenDescription();
            PlaygroundAddress.LogAtStart(app);
        }

        var metrics = app.MapMetrics();
        if (builder.Configuration.GetValue<bool>($"{AuthOptions.Section}:{nameof(AuthOptions.OpenMetrics)}"))
        {
            metrics.AllowEveryone();
        }

        return app;
    }

    private static WebApplicationBuilder CreateBuilder(CommandLine line) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        // Settings are read once. Watching their files would change nothing, and fails where the system lets nobody watch any more.
        Args = [.. line.Settings.Select(setting => $"--{setting.Key}={setting.Value}"), "--hostBuilder:reloadConfigOnChange=false"],

        // Settings and the bundled model lie beside the program, wherever it is started from.
        ContentRootPath = AppContext.BaseDirectory,
    });

    /// <summary>
    /// Adds what the shorthands stand for, and gives the problems of settings so far. Wrong values
    /// are replaced, so that the rest can be checked.
    /// </summary>
    private static List<string> ReadSettings(ConfigurationManager configuration, CommandLine line)
    {
        List<string> problems = [.. line.Problems];
        var known = KnownSettings.Check(configuration, line);
        problems.AddRange(known.Problems);
        configuration.AddInMemoryCollection(known.Repairs);
        configuration.AddInMemoryCollection(ShorthandSettings.Read(line, configuration, problems));
        configuration.AddInMemoryCollection(TlsSettings.Read(configuration));
        return problems;
    }

    private static void CheckSettings(WebApplication app, List<string> problems)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (Exception exception) when (Reasons(exception) is { Count: > 0 } reasons)
        {
            problems.AddRange(reasons);
        }

        if (problems.Count > 0)
        {
            ((IDisposable)app).Dispose();
            throw new OptionsValidationException("", typeof(ServerApplication), problems.Distinct());
        }
    }

    private static IServiceCollection AddOptions(this IServiceCollection services, ConfigurationManager configuration)
    {
        services.AddSingleton<ModelOptionsRules>().AddSingleton<EngineOptionsRules>();
        services.AddOptionsWithValidateOnStart<ModelListOptions, ModelListRules>()
            .Configure<IConfiguration>((models, from) => models.Read(from));
        services.AddOptionsWithValidateOnStart<LimitOptions, LimitOptionsValidator>().BindConfiguration(LimitOptions.Section);

        var limits = configuration.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new LimitOptions();
        services.AddTransport(limits);
        services.AddOptionsWithValidateOnStart<TlsOptions, CertificateFile>().BindConfiguration(TlsOptions.Section);
        services.Configure<global::Grpc.AspNetCore.Server.GrpcServiceOptions>(grpc => grpc.MaxReceiveMessageSize = limits.MaxBodyBytes);

        // Closing the sockets comes after draining and needs a little time of its own.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.DrainTimeout + TimeSpan.FromSeconds(5));
        return services;
    }

    private static IServiceCollection AddTextGenerator(this IServiceCollection services) => services
        .AddSingleton<GenAiMetrics>()
        .AddSingleton<ITextGenerator>(from => new ObservedTextGenerator(
            new TokenRateLimiter(new TextGenerator()),
            from.GetRequiredService<GenAiMetrics>(),
            from.GetRequiredService<Serilog.IDiagnosticContext>(),
            from.GetRequiredService<TimeProvider>(),
            from.GetRequiredService<ILogger<ObservedTextGenerator>>()));

    private static IServiceCollection AddEngine(this IServiceCollection services) => services
        .AddSingleton(ExitPolicies.BuiltIn)
        .AddSingleton<EngineMetrics>()
        .AddSingleton<ServedModels>()
        .AddSingleton<StopSignals>()
        .AddSingleton<EngineHost>()
        .AddHostedService(services => services.GetRequiredService<EngineHost>())
        .AddHostedService<ModelFilesWatch>();

    /// <summary>A problem as it begins with the setting's name; <see cref="ValidateOptionsResultBuilder"/> puts a word before it.</summary>
    private static string WithoutBuilderPrefix(string problem)
    {
        const string Prefix = "Property ";
        return problem.StartsWith(Prefix, StringComparison.Ordinal) ? problem[Prefix.Length..] : problem;
    }

    /// <summary>What the operator can mend, one line each; empty for a bug.</summary>
    internal static List<string> Reasons(Exception exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures.Select(WithoutBuilderPrefix)],
        AggregateException several when several.InnerExceptions.All(inner => Reasons(inner).Count > 0) =>
            [.. several.InnerExceptions.SelectMany(Reasons)],
        ModelProblemsException models => models.Problems.ToList(),
        IOException { InnerException: AddressInUseException } =>
            [$"{exception.Message.TrimEnd('.')}. End what listens there, or choose another port: --port for REST, --grpc-port for gRPC."],
        IOException => [exception.Message],
        SocketException socket => [$"The server cannot listen: {socket.Message}. See --host and --port."],
        InvalidOperationException { InnerException: FormatException or ArgumentException } unbound => [unbound.Message],
        InvalidOperationException { Source: { } library } when s_readers.Contains(library) => [exception.Message.ReplaceLineEndings(" ")],
        _ => [],
    };
}
