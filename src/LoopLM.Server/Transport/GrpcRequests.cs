namespace LoopLM.Server.Transport;

/// <summary>Tells gRPC calls from other requests.</summary>
internal static class GrpcRequests
{
    /// <summary>Whether a request is a gRPC call.</summary>
    public static bool IsGrpc(this HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is true;
}
