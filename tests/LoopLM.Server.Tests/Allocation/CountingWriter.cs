using Grpc.Core;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Allocation;

/// <summary>Takes the messages of a stream, measures what is allocated between two of them, and then ends the call.</summary>
internal sealed class CountingWriter(Steps steps, int first, int last, CancellationTokenSource call) : IServerStreamWriter<GenerateResponse>
{
    private int _count;
    private long _before;

    /// <summary>Bytes allocated between the two messages.</summary>
    public long Allocated { get; private set; }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(GenerateResponse message)
    {
        _count++;
        if (_count == first)
        {
            _before = GC.GetTotalAllocatedBytes(precise: true);
        }
        else if (_count == last)
        {
            Allocated = GC.GetTotalAllocatedBytes(precise: true) - _before;
            call.Cancel();
        }

        steps.Take();
        return Task.CompletedTask;
    }
}
