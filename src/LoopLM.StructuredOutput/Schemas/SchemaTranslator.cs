using System.Runtime.InteropServices;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// Translates one schema document into rules. Each set of subschemas that apply to a value together becomes a rule, once, however
/// often it is used. The first problem ends the work.
/// </summary>
internal sealed class SchemaTranslator
{
    private static readonly JsonTypes[] s_types = [JsonTypes.Object, JsonTypes.Array, JsonTypes.String, JsonTypes.Number, JsonTypes.Boolean, JsonTypes.Null];

    private readonly SchemaLocation _document;
    private readonly TranslationContext _context;
    private readonly SchemaReferences _references;
    private readonly SchemaExpander _expander;
    private readonly ValueTranslator _values;
    private readonly ArrayTranslator _arrays;
    private readonly ObjectTranslator _objects;
    private readonly Dictionary<string, int> _rules = [];
    private readonly Queue<(IReadOnlyList<Demand> Demands, int Rule)> _pending = [];

    /// <param name="document">The document's root.</param>
    /// <param name="context">What the schemas of one grammar share.</param>
    public SchemaTranslator(SchemaLocation document, TranslationContext context)
    {
        (_document, _context, _references) = (document, context, new(document));
        _expander = new(_references, context);
        _values = new(context);
        _arrays = new(_expander, Rule, context);
        _objects = new(_expander.Members, Rule, context);
    }

    /// <summary>Translates the document.</summary>
    /// <returns>The rule of its root; of no use where the context has a problem.</returns>
    public int Translate() => TranslateAt(_document);

    /// <summary>Translates a part of the document.</summary>
    /// <inheritdoc cref="Translate()"/>
    public int TranslateAt(SchemaLocation part)
    {
        var demand = new Demand(part, _references.Identity(part.Schema));
        if (_expander.IsEmpty([demand], out var reason) && reason is not null)
        {
            return _context.Refuse(reason.At, reason.Keyword, reason.Reason);
        }

        var root = Rule([demand]);
        while (_context.Problem is null && _pending.TryDequeue(out var next))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            var places = _expander.Expand(next.Demands).Alternatives.Select(way => Translate(way, next.Rule == root)).ToList();
            _context.Builder.Define(next.Rule, _context.Builder.Choice(CollectionsMarshal.AsSpan(places)));
        }

        return root;
    }

    private int Rule(IReadOnlyList<Demand> demands)
    {
        if (demands.Count == 0)
        {
            return _context.Rules.AnyValue;
        }

        var key = SchemaExpander.Key(demands);
        if (!_rules.TryGetValue(key, out var rule))
        {
            rule = _context.Builder.Reserve();
            _rules.Add(key, rule);
            _pending.Enqueue((demands, rule));
            if (++_context.Subschemas > _context.Limits.MaxSubschemas || _context.Builder.IsFull)
            {
                _context.Refuse(demands[0].At, null, $"the schema is too large; at most {_context.Limits.MaxSubschemas} subschemas are allowed");
            }
        }

        return rule;
    }

    private int Translate(Conjunction conjunction, bool isRoot)
    {
        if (conjunction.Obstacle is var (types, reason) && (types & conjunction.Types) != 0)
        {
            return _context.Refuse(reason.At, reason.Keyword, reason.Reason);
        }

        if (conjunction.Values is { } values)
        {
            return _values.Literals(conjunction.ValuesAt!.Value.At, conjunction.ValuesAt.Value.Keyword, values);
        }

        // Without a type the keywords admit every value of the types that they are not about. As a whole text only the others are of use.
        var written = !isRoot || conjunction.IsTyped || conjunction.Mentioned == JsonTypes.None ? conjunction.Types : conjunction.Mentioned & conjunction.Types;
        if (written == JsonTypes.All && conjunction.Mentioned == JsonTypes.None)
        {
            return _context.Rules.AnyValue;
        }

        if (written == JsonTypes.None)
        {
            return _context.Refuse(conjunction.Dropped!.At, conjunction.Dropped.Keyword, conjunction.Dropped.Reason);
        }

        var places = new List<int>();
        foreach (var type in s_types)
        {
            if ((written & type) != 0 && _context.Problem is null)
            {
                places.Add(Translate(conjunction, written & type));
            }
        }

        return _context.Builder.Choice(CollectionsMarshal.AsSpan(places));
    }

    private int Translate(Conjunction conjunction, JsonTypes type)
    {
        var at = conjunction.At!;
        return type switch
        {
            JsonTypes.Object => ReferenceEquals(conjunction.Objects, ObjectAssertions.None)
                ? _context.Rules.AnyObject : _objects.Translate(conjunction.Objects, conjunction.Objects.At ?? at),
            JsonTypes.Array => ReferenceEquals(conjunction.Arrays, ArrayAssertions.None)
                ? _context.Rules.AnyArray : _arrays.Translate(conjunction.Arrays, conjunction.Arrays.At ?? at),
            JsonTypes.String => _context.Strings.Rule(_expander.Strings(conjunction)),
            JsonTypes.Integer or JsonTypes.Fraction or JsonTypes.Number => _values.Number(conjunction.Numbers, type, conjunction.Numbers.At ?? at),
            JsonTypes.Boolean => _context.Rules.Boolean,
            JsonTypes.True => _context.Rules.True,
            JsonTypes.False => _context.Rules.False,
            _ => _context.Rules.Null,
        };
    }
}
