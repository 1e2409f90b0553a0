using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>What a slot says in a text.</summary>
/// <param name="End">Where it ends.</param>
/// <param name="Id">Who or what it names, a name, a noun or digits; null where it does not.</param>
internal sealed record SlotReading(int End, string? Id)
{
    /// <summary>What is counted, beside a number.</summary>
    public string? Food { get; init; }

    /// <summary>The gender that a pronoun asks for.</summary>
    public Gender? Gender { get; init; }

    /// <summary>Who enters the tale here.</summary>
    public Person? Person { get; init; }

    /// <summary>The thing as it is described; empty where a word for it is missing.</summary>
    public Thing? Thing { get; init; }

    /// <summary>A place's adjective.</summary>
    public string? Adjective { get; init; }
}
