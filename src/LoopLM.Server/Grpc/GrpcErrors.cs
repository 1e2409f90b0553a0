using Grpc.Core;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Grpc;

/// <summary>The table from what can go wrong to gRPC's status.</summary>
internal static class GrpcErrors
{
    /// <summary>The trailer by which a server says when to try again (gRPC proposal A6).</summary>
    public const string PushbackName = "grpc-retry-pushback-ms";

    public static RpcException From(RequestError error) => new(
        new Status(CodeOf(error.Kind), GrpcFields.Names.Write(error.Message)),
        error.RetryAfter is { } seconds ? new Metadata { { PushbackName, $"{seconds * 1000}" } } : []);

    /// <summary>The refusal of a message that is longer than it may be.</summary>
    /// <param name="limit">Bytes that it may have.</param>
    public static RpcException TooLarge(int limit) => new(new Status(
        StatusCode.ResourceExhausted, $"The message has more than {limit} bytes, the most that Limits:MaxBodyBytes allows."));

    private static StatusCode CodeOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.InvalidValue or RequestErrorKind.InvalidType or RequestErrorKind.MissingField
            or RequestErrorKind.Unsupported or RequestErrorKind.UnsupportedValue or RequestErrorKind.ContextExceeded =>
                StatusCode.InvalidArgument,
        RequestErrorKind.UnknownModel => StatusCode.NotFound,
        RequestErrorKind.UnknownKey => StatusCode.Unauthenticated,
        RequestErrorKind.QueueFull or RequestErrorKind.RateLimited or RequestErrorKind.TooManyHeaders => StatusCode.ResourceExhausted,
        RequestErrorKind.Overloaded or RequestErrorKind.QueueTimeout or RequestErrorKind.Loading
            or RequestErrorKind.Draining or RequestErrorKind.Unhealthy => StatusCode.Unavailable,
        RequestErrorKind.Failed => StatusCode.Internal,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
