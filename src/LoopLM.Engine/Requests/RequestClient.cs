namespace LoopLM.Engine.Requests;

/// <summary>Whom a request comes from. Clients share the queue by their weights.</summary>
/// <param name="Name">What metrics call it; clients without a key have one name together.</param>
/// <param name="Address">Tells clients of one name apart; null where the name does.</param>
/// <param name="Weight">Its share in relation to those of others, from 1.</param>
public sealed record RequestClient(string Name, string? Address = null, int Weight = 1)
{
    /// <summary>Whoever calls the engine within its own process, for whom alone it is there: every place may be theirs.</summary>
    public static RequestClient Local { get; } = new("local");
}
