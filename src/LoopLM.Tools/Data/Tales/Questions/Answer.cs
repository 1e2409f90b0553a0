using System.Collections.Immutable;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>What a tale says, and the events that say so: as many as the steps that it takes to find out.</summary>
/// <param name="Value">A name, a noun or a number in digits.</param>
/// <param name="Evidence">Numbers of the events.</param>
internal sealed record Answer(string Value, ImmutableSortedSet<int> Evidence)
{
    /// <summary>An answer from one more event.</summary>
    public static Answer From(string value, int evidence, params IEnumerable<int> more) => new(value, [evidence, .. more]);

    /// <summary>The answer with what else had to be known.</summary>
    public Answer Given(Answer other) => this with { Evidence = Evidence.Union(other.Evidence) };
}
