using LoopLM.Engine.Requests;

namespace LoopLM.Server.Access;

/// <summary>Whom a request comes from, whatever the protocol it came by.</summary>
/// <param name="Queue">As the queues tell clients apart: by keys, or without keys by addresses.</param>
/// <param name="Limits">What is left to them; null for nobody's limits.</param>
internal sealed record Caller(RequestClient Queue, Client? Limits = null)
{
    /// <summary>Whoever asks within the process.</summary>
    public static Caller Local { get; } = new(RequestClient.Local);
}
