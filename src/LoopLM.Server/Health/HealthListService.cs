using Grpc.Core;
using LoopLM.Protocol.HealthV1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LoopLM.Server.Health;

/// <summary>The method <c>List</c> of gRPC's health service, which Grpc.AspNetCore.HealthChecks does not have.</summary>
internal sealed class HealthListService(HealthCheckService checks) : Protocol.HealthV1.Health.HealthBase
{
    public override async Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(EngineHealthCheck.Ready), context.CancellationToken);
        var isReady = report.Status == HealthStatus.Healthy;
        var status = new HealthCheckResponse
        {
            Status = isReady ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing,
        };
        return new HealthListResponse { Statuses = { HealthEndpoints.GrpcServices.ToDictionary(name => name, _ => status) } };
    }
}
