using LoopLM.Engine.Execution;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>
/// Ties the engine to the life of the server. The server listens while the model loads and says that it is not ready; where the model cannot be
/// loaded it stops. Told to stop, it refuses new requests at once, finishes what runs, and only then closes its sockets.
/// </summary>
internal sealed class EngineHost(IServiceProvider services, IOptions<LimitOptions> limits, IHostApplicationLifetime lifetime)
    : IHostedLifecycleService
{
    private InferenceEngine? _engine;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _engine = services.GetRequiredService<InferenceEngine>();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = _engine!.Opened.ContinueWith(
            _ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_engine is not null)
        {
            using var timeout = new CancellationTokenSource(limits.Value.DrainTimeout);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
            await _engine.StopAsync(patience.Token).WaitAsync(cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
