using System.Net;
using LoopLM.Server.Work;
using Microsoft.AspNetCore.Http;

namespace LoopLM.Server.Tests.Work;

/// <summary>Holds up a queue of one thread until it is disposed, for one client.</summary>
internal sealed class HeldWork : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();

    public HeldWork(WorkQueue queue) => Hold(queue);

    /// <summary>Holds up a queue of a server for the client that asks it without a key.</summary>
    public HeldWork(ServerHarness server, Func<RequestWork, WorkQueue> queue)
    {
        var http = server.Service<IHttpContextAccessor>();
        var context = new DefaultHttpContext();
        context.Features.Set(server.Service<LoopLM.Server.Access.Clients>().Find(new HeaderDictionary()));
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        http.HttpContext = context;
        Hold(queue(server.Service<RequestWork>()));
        http.HttpContext = null;
    }

    public void Dispose() => _gate.Set();

    private void Hold(WorkQueue queue)
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
}
