using Google.Protobuf;
using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Grpc;

/// <summary>
/// Binds <see cref="InferenceService"/> so that a message which is no protobuf is the caller's fault, and no bug; and as a stream of
/// requests, which <see cref="SingleMessageInference"/> reads.
/// </summary>
internal static class InferenceBinding
{
    /// <summary>The service, for reflection.</summary>
    public static Google.Protobuf.Reflection.ServiceDescriptor Descriptor => Inference.Descriptor;

    public static void BindService(ServiceBinderBase binder, SingleMessageInference service) =>
        Inference.BindService(new Binder(binder), service);

    private sealed class Binder(ServiceBinderBase inner) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var marshaller = method.RequestMarshaller;
            var strict = new Marshaller<TRequest>(marshaller.ContextualSerializer, context =>
            {
                try
                {
                    return marshaller.ContextualDeserializer(context);
                }
                catch (InvalidProtocolBufferException)
                {
                    var message = $"The message is not a {typeof(TRequest).Name}.";
                    throw GrpcErrors.From(new RequestError(RequestErrorKind.InvalidValue, null, message));
                }
            });
            inner.AddMethod(
                new Method<TRequest, TResponse>(
                    MethodType.DuplexStreaming, method.ServiceName, method.Name, strict, method.ResponseMarshaller),
                (DuplexStreamingServerMethod<TRequest, TResponse>?)null);
        }
    }
}
