using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Scheduling;

/// <summary>What waits of one client, and what has been admitted of it since something began to wait.</summary>
internal sealed class ClientShare(RequestClient client)
{
    public RequestClient Client { get; } = client;

    /// <summary>Its groups with sequences that wait, the next one first.</summary>
    public List<SequenceGroup> Groups { get; } = [];

    /// <summary>
    /// The cost of what was admitted, divided by the client's weight, from the virtual time at which something began to wait.
    /// </summary>
    public double Start { get; set; }

    /// <summary><see cref="Start"/> as it will be when the next sequence is admitted.</summary>
    public double Finish => Start + ((double)Groups[0].Waiting[0].Cost / Client.Weight);
}
