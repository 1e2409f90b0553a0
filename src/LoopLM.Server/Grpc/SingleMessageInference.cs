using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Grpc;

/// <summary>
/// Reads the one message of a call itself, as if it were a stream, so that frames which cannot be read are the caller's
/// fault. The library would log them as failures of the service.
/// </summary>
/// <param name="limits">Say how long the message may be.</param>
internal abstract class SingleMessageInference(IOptions<LimitOptions> limits) : Inference.InferenceBase
{
    /// <summary>Reads the call's message, and answers it.</summary>
    public virtual async Task Generate(
        IAsyncStreamReader<GenerateRequest> requests, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context) =>
        await Generate(await ReadAsync(requests), responseStream, context);

    private async Task<GenerateRequest> ReadAsync(IAsyncStreamReader<GenerateRequest> requests)
    {
        try
        {
            if (await requests.MoveNext() && requests.Current is var request && !await requests.MoveNext())
            {
                return request;
            }
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            // The library does not say how many bytes it takes.
            throw GrpcErrors.TooLarge(limits.Value.MaxBodyBytes);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or RpcException { StatusCode: StatusCode.Internal })
        {
            // A frame has an unknown flag, is compressed in no known way, says to be longer than 2 GiB, or ends early.
        }

        throw GrpcErrors.From(new RequestError(RequestErrorKind.InvalidValue, null, "The call must hold one message, in one whole frame."));
    }
}
