using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>
/// Ties the engines to the life of the server. Models load once the server listens, which says meanwhile that it is not ready; where one cannot be
/// loaded it stops. Told to stop, it refuses new requests at once, finishes what runs, and only then closes its sockets.
/// </summary>
internal sealed partial class EngineHost(
    IServiceProvider services, IOptions<LimitOptions> limits, StopSignals signals, IHostApplicationLifetime lifetime, ILogger<EngineHost> logger)
    : IHostedLifecycleService
{
    private ServedModels? _models;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _models = services.GetRequiredService<ServedModels>();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var model in _models!.All)
        {
            _ = model.Engine.Opened.ContinueWith(
                _ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            model.Engine.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_models is not null)
        {
            using var timeout = new CancellationTokenSource(limits.Value.DrainTimeout);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, signals.Hurry);

            // One that still opens its runner has nothing to finish, and cannot be interrupted.
            var engines = _models.All.Select(model => (model.IsLoading, Model: model, Stopped: model.Engine.StopAsync(patience.Token))).Where(engine => !engine.IsLoading).ToList();
            var stopped = Task.WhenAll(engines.Select(engine => engine.Stopped));
            if (await Task.WhenAny(stopped, Task.Delay(Timeout.Infinite, cancellationToken)) != stopped)
            {
                // It may hang in its device; nothing but the end of the process ends it.
                _models.Hung = [.. engines.Where(engine => !engine.Stopped.IsCompleted).Select(engine => engine.Model)];
                EnginesHang(string.Join(", ", _models.Hung.Select(model => model.Name)));
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Critical, "The engines of {Models} do not stop; the process ends without them")]
    private partial void EnginesHang(string models);
}
