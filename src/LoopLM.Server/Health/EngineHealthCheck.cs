using LoopLM.Engine.Execution;
using LoopLM.Server.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LoopLM.Server.Health;

/// <summary>Asks the engines' snapshots, which costs nothing. The server is as healthy as the worst of its models.</summary>
/// <param name="models">The models.</param>
/// <param name="isHealthy">Which states of an engine are good.</param>
internal sealed class EngineHealthCheck(ServedModels models, Predicate<EngineHealth> isHealthy) : IHealthCheck
{
    /// <summary>Tag of the check that says whether requests are accepted.</summary>
    public const string Ready = "ready";

    /// <summary>Tag of the check that says whether a restart is the only help.</summary>
    public const string Live = "live";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = models.All.Select(model => model.Engine.Snapshot.Health).ToList();
        var worst = states.FindIndex(health => !isHealthy(health));
        return Task.FromResult(worst < 0 ? HealthCheckResult.Healthy($"{states[0]}") : HealthCheckResult.Unhealthy($"{states[worst]}"));
    }
}
