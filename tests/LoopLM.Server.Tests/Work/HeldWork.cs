using System.Net;
using LoopLM.Engine.Requests;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tests.Work;

/// <summary>Holds up a queue of one thread until it is disposed, for one client.</summary>
internal sealed class HeldWork : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();

    public HeldWork(WorkQueue queue, RequestClient? client = null) => Hold(queue, client ?? RequestClient.Local);

    /// <summary>Holds up a queue of a server for the client that asks it without a key.</summary>
    public HeldWork(ServerHarness server, Func<RequestWork, WorkQueue> queue) =>
        Hold(queue(server.Service<RequestWork>()), new RequestClient("anonymous", IPAddress.Loopback.ToString()));

    public void Dispose() => _gate.Set();

    private void Hold(WorkQueue queue, RequestClient client)
    {
        using var held = new ManualResetEventSlim();
        _ = queue.RunAsync(
            client,
            () =>
            {
                held.Set();
                return _gate.Wait(ServerHarness.Patience);
            },
            CancellationToken.None);
        Assert.True(held.Wait(ServerHarness.Patience));
    }
}
