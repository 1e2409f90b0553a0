using LoopLM.Server.Configuration;
using LoopLM.Server.Models;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>
/// Ties the engines to the life of the server. Models load once the server listens, which says meanwhile that it is not ready; where one
/// cannot be loaded it stops. Told to stop, it refuses new requests at once, finishes what runs, and only then closes its sockets.
/// </summary>
internal sealed partial class EngineHost(
    ServedModels models, IOptions<LimitOptions> limits, StopSignals signals, IHostApplicationLifetime lifetime, ILogger<EngineHost> logger)
    : IHostedLifecycleService
{
    /// <summary>Names of the models whose engines worked, were asked to stop, and did not in time.</summary>
    public IReadOnlyList<string> Hung { get; private set; } = [];

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        models.Open();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var model in models.All)
        {
            _ = model.Engine.Opened.ContinueWith(
                _ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            model.Engine.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limits.Value.DrainTimeout);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, signals.Hurry);

        var engines = models.All
            .Select(model => (model.Name, model.IsLoading, Stopping: model.Engine.StopAsync(patience.Token, giveUp: cancellationToken)))
            .ToList();
        var hung = new List<string>();
        foreach (var (name, isLoading, stopping) in engines)
        {
            // One that still opens its runner has nothing to finish, and cannot be interrupted.
            if (!isLoading && !await stopping)
            {
                hung.Add(name);
            }
        }

        Hung = hung;
        if (hung.Count > 0)
        {
            // It may hang in its device; nothing but the end of the process ends it.
            EnginesHang(string.Join(", ", hung));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Critical, "The engines of {Models} do not stop; the process ends without them")]
    private partial void EnginesHang(string models);
}
