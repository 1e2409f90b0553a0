using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>
/// Ties the engines to the life of the server. Models load once the server listens, which says meanwhile that it is not ready; where one cannot be
/// loaded it stops. Told to stop, it refuses new requests at once, finishes what runs, and only then closes its sockets.
/// </summary>
internal sealed class EngineHost(
    IServiceProvider services, IOptions<LimitOptions> limits, StopSignals signals, IHostApplicationLifetime lifetime)
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
            var engines = _models.All.Select(model => (model.IsLoading, Stopped: model.Engine.StopAsync(patience.Token))).ToList();
            await Task.WhenAll(engines.Where(engine => !engine.IsLoading).Select(engine => engine.Stopped)).WaitAsync(cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
