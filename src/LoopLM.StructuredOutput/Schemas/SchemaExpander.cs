using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// Brings what is asked of a value into a list of <see cref="Conjunction"/>s, of which it has to match one: references are followed,
/// schemas that apply together are put together, and every choice is made both ways. What cannot match is dropped.
/// </summary>
internal sealed class SchemaExpander
{
    // Conjunctions of one document, and how far a contradiction is looked for in the values within a value.
    private const int MaxSteps = 1 << 15;
    private const int MaxDepth = 12;
    private const int MaxNesting = 48;
    private const int MaxCauses = 256;

    private readonly TranslationContext _context;
    private readonly AssertionReader _assertions;
    private readonly NegationReader _negations;
    private readonly Contradictions _contradictions;
    private readonly Dictionary<string, Expansion?> _known = [];
    private int _steps;
    private int _depth;

    public SchemaExpander(SchemaReferences references, TranslationContext context)
    {
        _context = context;
        var values = new KeywordValues(references, context);
        _assertions = new(values, references, context);
        _negations = new(values, references, _assertions, IsEmpty, context);
        Members = new(this, context);
        _contradictions = new(this, context);
    }

    public MemberDemands Members { get; }

    /// <summary>Equal for sets that ask for the same.</summary>
    public static string Key(IReadOnlyList<Demand> demands) => string.Join(',', demands.Select(demand => demand.Key).Distinct().Order());

    /// <summary>The ways to match all of some demands.</summary>
    public Expansion Expand(IReadOnlyList<Demand> demands)
    {
        var key = Key(demands);
        if (_known.TryGetValue(key, out var known) && known is not null)
        {
            return known;
        }

        if (!_known.TryAdd(key, null) || _depth >= MaxNesting)
        {
            _context.Refuse(demands[0].At, null, "what it asks of names or constants refers to itself, or takes too many references");
            return new([], null);
        }

        _depth++;
        var expansion = Run(demands);
        _depth--;
        return _known[key] = expansion;
    }

    /// <summary>Whether it is known that no value matches some demands. What is not known counts as false.</summary>
    public bool IsEmpty(IReadOnlyList<Demand> demands) => IsEmpty(demands, out _);

    /// <inheritdoc cref="IsEmpty(IReadOnlyList{Demand})"/>
    public bool IsEmpty(IReadOnlyList<Demand> demands, out Objection? reason)
    {
        reason = null;
        if (demands.Count == 0 || (_known.TryGetValue(Key(demands), out var known) && known is null) || _depth >= MaxDepth)
        {
            return false;
        }

        var expansion = Expand(demands);
        reason = expansion.Reason;
        return expansion.Alternatives.Count == 0 && _context.Problem is null;
    }

    /// <summary>The strings of a conjunction, where it admits any.</summary>
    public StringLanguage Strings(Conjunction conjunction) => _contradictions.Strings(conjunction);

    /// <summary>Whether a value matches a conjunction.</summary>
    public bool Matches(Conjunction conjunction, JsonElement value) => _contradictions.Matches(conjunction, value);

    private Expansion Run(IReadOnlyList<Demand> demands)
    {
        var (alternatives, reason) = (new List<Conjunction>(), (Objection?)null);
        var first = new Conjunction();
        foreach (var demand in demands.Reverse())
        {
            first.Pending.Push(demand.Alone);
        }

        var open = new Stack<Conjunction>([first]);
        while (_context.Problem is null && open.TryPop(out var next))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            if (++_steps > MaxSteps || alternatives.Count > _context.Limits.MaxAlternatives)
            {
                _context.Refuse(demands[0].At, null, $"the ways to match it are too many; at most {_context.Limits.MaxAlternatives} are followed");
            }

            Read(next);
            if (next.Contradiction is null && next.Branches.Count == 0)
            {
                _contradictions.Find(next);
            }

            if (next.Contradiction is not null)
            {
                reason ??= next.Contradiction;
            }
            else if (next.Branches.TryDequeue(out var branch))
            {
                var ways = branch(next);
                for (var i = ways.Count - 1; i >= 0; i--)
                {
                    var way = i == 0 ? next : next.Clone();
                    ways[i](way);
                    open.Push(way);
                }
            }
            else
            {
                alternatives.Add(next);
            }
        }

        return new(alternatives, reason);
    }

    private void Read(Conjunction into)
    {
        while (_context.Problem is null && into.Contradiction is null && into.Pending.TryPop(out var demand))
        {
            var at = demand.At;
            into.At ??= at;
            if (demand.Causes().Skip(1).Any(cause => cause.Key == demand.Key))
            {
                into.Contradict(at, SchemaReferences.Keywords.FirstOrDefault(keyword => at.TryGet(keyword, out _)), "refers to nothing but itself");
            }
            else if (demand.Causes().Count() > MaxCauses)
            {
                _context.Refuse(at, null, $"more than {MaxCauses} references follow each other");
            }
            else if (into.Read.Contains(demand.OppositeKey))
            {
                into.Contradict(at, null, "it has to match and must not match");
            }
            else if (into.Read.Add(demand.Key))
            {
                Read(demand, into);
            }
        }

        if (into.Contradiction is null && into.Types == JsonTypes.None)
        {
            var reason = into.Dropped ?? new(into.At!, "type", "leaves no type that all schemas allow which apply together");
            into.Contradict(reason.At, reason.Keyword, reason.Reason);
        }
    }

    private void Read(Demand demand, Conjunction into)
    {
        switch (demand.At.Schema.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                if (demand.IsNegated == (demand.At.Schema.ValueKind == JsonValueKind.True))
                {
                    into.Contradict(demand.At, null, "'false' admits no value");
                }

                break;
            case JsonValueKind.Object when demand.At.Schema.EnumerateObject().FirstOrDefault(member => SchemaKeywords.Replacement(member.Name) is not null) is { Value.ValueKind: not JsonValueKind.Undefined } refused:
                _context.Refuse(demand.At, refused.Name, $"is not supported; use {SchemaKeywords.Replacement(refused.Name)}");
                break;
            case JsonValueKind.Object when demand.IsNegated:
                _negations.Read(demand, into);
                break;
            case JsonValueKind.Object:
                _assertions.Read(demand, into);
                break;
            default:
                _context.Refuse(demand.At, null, "a schema has to be an object, true or false");
                break;
        }
    }

    /// <summary>The ways to match some demands.</summary>
    /// <param name="Alternatives">The ways; none where no value matches.</param>
    /// <param name="Reason">Why a way was dropped; null where none was.</param>
    internal sealed record Expansion(IReadOnlyList<Conjunction> Alternatives, Objection? Reason);
}
