using LoopLM.Engine.Telemetry;
using LoopLM.Server.Configuration;
using LoopLM.Server.Models;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Health;

/// <summary>Asks the engines' snapshots, which costs nothing. The server is as healthy as the worst of its models.</summary>
/// <param name="models">The models.</param>
/// <param name="limits">Say how long a tick may last.</param>
/// <param name="isHealthy">Which states of an engine are good.</param>
internal sealed class EngineHealthCheck(
    ServedModels models, IOptions<LimitOptions> limits, Predicate<EngineHealth> isHealthy) : IHealthCheck
{
    /// <summary>Tag of the check that says whether requests are accepted.</summary>
    public const string Ready = "ready";

    /// <summary>Tag of the check that says whether a restart is the only help.</summary>
    public const string Live = "live";

    /// <summary>
    /// Name of the state among the data of a result. Where it is bad, the description says why, in words that anyone may read:
    /// they name no model, file or figure.
    /// </summary>
    public const string State = "state";

    private const string Hangs =
        $"A loop pass has lasted longer than {LimitOptions.Section}:{nameof(LimitOptions.TickTimeout)} allows; the engine hangs.";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (models.All.Any(model => model.Engine.TickAge > limits.Value.TickTimeout))
        {
            return Task.FromResult(Result(HealthStatus.Unhealthy, EngineHealth.Unhealthy, Hangs));
        }

        var states = models.All.Select(model => model.Engine.Snapshot.Health).ToList();
        var worst = states.FindIndex(health => !isHealthy(health));
        return Task.FromResult(worst < 0
            ? Result(HealthStatus.Healthy, states[0])
            : Result(HealthStatus.Unhealthy, states[worst], ReasonOf(states[worst])));
    }

    private static string? ReasonOf(EngineHealth state) => state switch
    {
        EngineHealth.Loading => "A model is being loaded.",
        EngineHealth.Draining or EngineHealth.Stopped => "The server is shutting down.",
        EngineHealth.Unhealthy => "An engine has failed for good, and the log says why. Only a restart helps.",
        _ => null,
    };

    private static HealthCheckResult Result(HealthStatus status, EngineHealth state, string? reason = null) =>
        new(status, reason, data: new Dictionary<string, object> { [State] = state });
}
