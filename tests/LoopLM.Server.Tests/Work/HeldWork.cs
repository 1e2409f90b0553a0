using LoopLM.Server.Work;

namespace LoopLM.Server.Tests.Work;

/// <summary>Holds up a queue of one thread until it is disposed.</summary>
internal sealed class HeldWork : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();

    public HeldWork(WorkQueue queue)
    {
        using var held = new ManualResetEventSlim();
        _ = queue.RunAsync(
            () =>
            {
                held.Set();
                return _gate.Wait(ServerHarness.Patience);
            },
            CancellationToken.None);
        Assert.True(held.Wait(ServerHarness.Patience));
    }

    public void Dispose() => _gate.Set();
}
