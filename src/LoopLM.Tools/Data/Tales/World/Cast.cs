namespace LoopLM.Tools.Data.Tales.World;

/// <summary>Who and what a tale is about. A narrator knows all of it from the start; a reader learns it.</summary>
internal sealed class Cast
{
    /// <summary>People by name.</summary>
    public Dictionary<string, Person> People { get; } = [];

    /// <summary>Things by noun.</summary>
    public Dictionary<string, Thing> Things { get; } = [];

    /// <summary>Adjectives of places by noun.</summary>
    public Dictionary<string, string> Places { get; } = [];
}
