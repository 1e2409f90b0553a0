using LoopLM.Engine.Execution;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LoopLM.Server.Health;

/// <summary>Asks the engine's snapshot, which costs nothing.</summary>
/// <param name="engine">The engine.</param>
/// <param name="isHealthy">Which states are good.</param>
internal sealed class EngineHealthCheck(InferenceEngine engine, Predicate<EngineHealth> isHealthy) : IHealthCheck
{
    /// <summary>Tag of the check that says whether requests are accepted.</summary>
    public const string Ready = "ready";

    /// <summary>Tag of the check that says whether a restart is the only help.</summary>
    public const string Live = "live";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = engine.Snapshot.Health;
        return Task.FromResult(isHealthy(health) ? HealthCheckResult.Healthy($"{health}") : HealthCheckResult.Unhealthy($"{health}"));
    }
}
