using Grpc.Core;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Allocation;

/// <summary>Takes the messages of a stream, measures what is allocated between some of them, and then ends the call.</summary>
internal sealed class CountingWriter(Steps steps, int first, int interval, int measurements, CancellationTokenSource call)
    : IServerStreamWriter<GenerateResponse>
{
    private int _count;

    /// <summary>Bytes allocated in the intervals.</summary>
    public AllocationMeter Allocated { get; } = new();

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(GenerateResponse message)
    {
        _count++;
        if (_count >= first && (_count - first) % interval == 0)
        {
            Allocated.Mark();
        }

        if (_count == first + (interval * measurements))
        {
            call.Cancel();
        }

        steps.Take();
        return Task.CompletedTask;
    }
}
