using System.Collections.Immutable;
using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// Everything that is asked of one value at once, without alternatives: one of the ways to match a set of <see cref="Demand"/>s.
/// While <see cref="SchemaExpander"/> makes it, it also holds what is still to be read.
/// </summary>
internal sealed class Conjunction
{
    public Conjunction()
    {
    }

    private Conjunction(Conjunction other)
    {
        (Types, Values, ValuesAt, Excluded) = (other.Types, other.Values, other.ValuesAt, other.Excluded);
        (Strings, Numbers, Arrays, Objects) = (other.Strings, other.Numbers, other.Arrays, other.Objects);
        (IsTyped, Dropped) = (other.IsTyped, other.Dropped);
        (Contradiction, Obstacle, At, Facts) = (other.Contradiction, other.Obstacle, other.At, other.Facts);
        (Pending, Branches, Read) = (new(other.Pending.Reverse()), new(other.Branches), new(other.Read));
    }

    /// <summary>The first schema that says something, for messages.</summary>
    public SchemaLocation? At { get; set; }

    public JsonTypes Types { get; private set; } = JsonTypes.All;

    /// <summary>Whether a schema says which types are allowed.</summary>
    public bool IsTyped { get; private set; }

    /// <summary>Why values of a type cannot match though it is allowed; null where none was dropped.</summary>
    public Objection? Dropped { get; private set; }

    /// <summary>The types that something is said about. It holds for values of all other types.</summary>
    public JsonTypes Mentioned =>
        (ReferenceEquals(Objects, ObjectAssertions.None) ? 0 : JsonTypes.Object)
        | (ReferenceEquals(Arrays, ArrayAssertions.None) ? 0 : JsonTypes.Array)
        | (ReferenceEquals(Strings, StringAssertions.None) ? 0 : JsonTypes.String)
        | (ReferenceEquals(Numbers, NumberAssertions.None) ? 0 : JsonTypes.Number);

    /// <summary>The values of which it is one; null for any. They are checked against the rest once everything is read.</summary>
    public IReadOnlyList<JsonElement>? Values { get; set; }

    public (SchemaLocation At, string Keyword)? ValuesAt { get; set; }

    /// <summary>Objects and arrays that it is not.</summary>
    public ImmutableList<JsonElement> Excluded { get; set; } = [];

    public StringAssertions Strings { get; set; } = StringAssertions.None;

    public NumberAssertions Numbers { get; set; } = NumberAssertions.None;

    public ArrayAssertions Arrays { get; set; } = ArrayAssertions.None;

    public ObjectAssertions Objects { get; set; } = ObjectAssertions.None;

    /// <summary>Why no value matches; null while one may.</summary>
    public Objection? Contradiction { get; private set; }

    /// <summary>What cannot be enforced, by the types that it is about; it matters only where such a value can match otherwise.</summary>
    public (JsonTypes Types, Objection Reason)? Obstacle { get; set; }

    /// <summary>Demands to be read.</summary>
    public Stack<Demand> Pending { get; } = [];

    /// <summary>Choices to be made: each gives the ways to go on from what is known by then.</summary>
    public Queue<Func<Conjunction, IReadOnlyList<Action<Conjunction>>>> Branches { get; } = [];

    /// <summary>Demands that were read and that neither leave a choice nor lead to other demands.</summary>
    public ImmutableList<Demand> Facts { get; set; } = [];

    /// <summary>The keys of the demands that were read.</summary>
    public HashSet<long> Read { get; } = [];

    public Conjunction Clone() => new(this);

    /// <summary>Leaves only values of some types.</summary>
    public void Restrict(JsonTypes types) => (Types, IsTyped) = (Types & types, true);

    /// <summary>Leaves out a type of which no value matches.</summary>
    public void Drop(JsonTypes type, Objection reason)
    {
        if ((Types & type) != 0)
        {
            Types &= ~type;
            Dropped ??= reason;
        }
    }

    /// <summary>Leaves only some values.</summary>
    public void Restrict(IReadOnlyList<JsonElement> values, SchemaLocation at, string keyword)
    {
        Values = Values is null ? values : [.. Values.Where(value => values.Any(other => JsonElement.DeepEquals(value, other)))];
        ValuesAt ??= (at, keyword);
    }

    /// <summary>Notes that no value matches.</summary>
    public void Contradict(SchemaLocation at, string? keyword, string reason) => Contradiction ??= new(at, keyword, reason);

    /// <summary>Notes that something cannot be enforced.</summary>
    public void Obstruct(JsonTypes types, SchemaLocation at, string? keyword, string reason) => Obstacle ??= (types, new(at, keyword, reason));
}
