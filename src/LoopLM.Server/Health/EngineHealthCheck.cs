using System.Globalization;
using LoopLM.Engine.Execution;
using LoopLM.Server.Configuration;
using LoopLM.Server.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Health;

/// <summary>Asks the engines' snapshots, which costs nothing. The server is as healthy as the worst of its models.</summary>
/// <param name="models">The models.</param>
/// <param name="limits">Say how long a tick may last.</param>
/// <param name="isHealthy">Which states of an engine are good.</param>
internal sealed class EngineHealthCheck(ServedModels models, IOptions<LimitOptions> limits, Predicate<EngineHealth> isHealthy) : IHealthCheck
{
    /// <summary>Tag of the check that says whether requests are accepted.</summary>
    public const string Ready = "ready";

    /// <summary>Tag of the check that says whether a restart is the only help.</summary>
    public const string Live = "live";

    /// <summary>Name of the state among the data of a result; its description says more where there is more to say.</summary>
    public const string State = "state";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var longest = models.All.Max(model => model.Engine.TickAge);
        if (longest > limits.Value.TickTimeout)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"A tick has lasted {longest.TotalSeconds:F1} s; the engine hangs ({LimitOptions.Section}:{nameof(LimitOptions.TickTimeout)} is {limits.Value.TickTimeout}).");
            return Task.FromResult(Result(HealthStatus.Unhealthy, EngineHealth.Unhealthy, reason));
        }

        var states = models.All.Select(model => model.Engine.Snapshot.Health).ToList();
        var worst = states.FindIndex(health => !isHealthy(health));
        return Task.FromResult(worst < 0 ? Result(HealthStatus.Healthy, states[0]) : Result(HealthStatus.Unhealthy, states[worst]));
    }

    private static HealthCheckResult Result(HealthStatus status, EngineHealth state, string? reason = null) =>
        new(status, reason, data: new Dictionary<string, object> { [State] = state });
}
