using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Clients;

/// <summary>A client of the server that runs under Node. A test that asks it is skipped where Node or its packages are absent.</summary>
/// <param name="script">The file in the folder.</param>
/// <param name="path">The folder, under <c>tests</c>; <c>clients</c> where it is left out.</param>
internal sealed class NodeClient(string script, params string[] path) : IDisposable
{
    private readonly OracleProcess _process = OracleProcess.Node(script, path is [] ? ["clients"] : path);

    /// <summary>Lets the client make a call, and gives what it made of the answer.</summary>
    /// <param name="server">Whom it calls.</param>
    /// <param name="call">What the script reads, but for the server's address, as JSON.</param>
    public Task<JsonObject> AskAsync(ServerHarness server, string call)
    {
        var request = JsonNode.Parse(call)!.AsObject();
        request["url"] = new Uri(server.Rest.BaseAddress!, "v1").ToString();
        return _process.AskAsync<JsonObject>(request);
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Makes the model fail at a position of every sequence.</summary>
    public static void FailAt(ServerHarness server, int position) => server.Runner.BeforeLoop = batch =>
    {
        if (batch.Rows[0].Position == position)
        {
            throw new InvalidOperationException("broken");
        }
    };
}
