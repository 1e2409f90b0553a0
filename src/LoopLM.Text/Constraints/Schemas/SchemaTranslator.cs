using System.Runtime.InteropServices;
using System.Text.Json;
using LoopLM.Text.Constraints.Automata;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>
/// Translates one schema document into rules. Each subschema that is used becomes a rule, once, however many references it has.
/// The first problem ends the work.
/// </summary>
/// <param name="document">The document's root.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class SchemaTranslator(SchemaLocation document, TranslationContext context)
{
    private readonly SchemaReferences _references = new(document);
    private readonly Dictionary<int, int> _rules = [];
    private readonly Queue<(SchemaLocation At, int Rule)> _pending = [];
    private readonly ValueTranslator _values = new(context);

    private static string TypeNames => "'object', 'array', 'string', 'integer', 'number', 'boolean' or 'null'";

    /// <summary>Translates the document.</summary>
    /// <returns>The rule of its root; of no use where the context has a problem.</returns>
    public int Translate() => TranslateAt(document);

    /// <summary>Translates a part of the document.</summary>
    /// <inheritdoc cref="Translate()"/>
    public int TranslateAt(SchemaLocation part)
    {
        var root = Rule(part);
        while (context.Problem is null && _pending.TryDequeue(out var next))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Builder.Define(next.Rule, Translate(next.At));
        }

        return root;
    }

    private int Rule(SchemaLocation at)
    {
        var identity = _references.Identity(at.Schema);
        if (!_rules.TryGetValue(identity, out var rule))
        {
            rule = context.Builder.Reserve();
            _rules.Add(identity, rule);
            _pending.Enqueue((at, rule));
            if (++context.Subschemas > context.Limits.MaxSubschemas || context.Builder.IsFull)
            {
                context.Refuse(at, null, $"the schema is too large; at most {context.Limits.MaxSubschemas} subschemas are allowed");
            }
        }

        return rule;
    }

    private int Translate(SchemaLocation at) => at.Schema.ValueKind switch
    {
        JsonValueKind.True => context.Rules.AnyValue,
        JsonValueKind.False => context.Refuse(at, null, "'false' admits no value"),
        JsonValueKind.Object when !HasOnlyKnownKeywords(at) => GrammarBuilder.Return,
        JsonValueKind.Object when References(at).Any() => Alternatives(at),
        JsonValueKind.Object when at.TryGet("enum", out _) || at.TryGet("const", out _) => Literals(at),
        JsonValueKind.Object => Typed(at),
        _ => context.Refuse(at, null, "a schema has to be an object, true or false"),
    };

    private bool HasOnlyKnownKeywords(SchemaLocation at)
    {
        foreach (var keyword in at.Schema.EnumerateObject())
        {
            var known = SchemaKeywords.IsAssertion(keyword.Name, out _)
                || SchemaKeywords.IsAnnotation(keyword.Name)
                || SchemaKeywords.References.Contains(keyword.Name)
                || (keyword.NameEquals("uniqueItems") && keyword.Value.ValueKind == JsonValueKind.False)
                || (keyword.NameEquals("$id") && at.Parent is null);
            if (!known)
            {
                context.Refuse(at, keyword.Name, "is not supported, and ignoring it could give values that do not match");
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> References(SchemaLocation at) => SchemaKeywords.References.Where(keyword => at.TryGet(keyword, out _));

    // The schemas at the ends of all references and alternatives. A schema that refers to itself on the way adds nothing.
    private int Alternatives(SchemaLocation at)
    {
        var places = new List<int>();
        var passed = new HashSet<int>();
        var pending = new Stack<SchemaLocation>([at]);
        while (context.Problem is null && pending.TryPop(out var next))
        {
            if (!passed.Add(_references.Identity(next.Schema)))
            {
                continue;
            }

            if (passed.Count > context.Limits.MaxAlternatives)
            {
                context.Refuse(at, References(at).First(), $"has too many alternatives; at most {context.Limits.MaxAlternatives} are allowed");
            }
            else if (next.Schema.ValueKind != JsonValueKind.Object || !References(next).Any())
            {
                places.Add(Rule(next));
            }
            else if (HasOnlyKnownKeywords(next))
            {
                Members(next).Reverse().ToList().ForEach(pending.Push);
            }
        }

        return places.Count > 0 || context.Problem is not null
            ? context.Builder.Choice(CollectionsMarshal.AsSpan(places))
            : context.Refuse(at, References(at).First(), "refers to nothing but itself");
    }

    private IEnumerable<SchemaLocation> Members(SchemaLocation at)
    {
        var keyword = References(at).First();
        var beside = at.Schema.EnumerateObject()
            .FirstOrDefault(other => !other.NameEquals(keyword) && !SchemaKeywords.IsAnnotation(other.Name) && !other.NameEquals("$id"));
        if (beside.Value.ValueKind != JsonValueKind.Undefined)
        {
            context.Refuse(at, beside.Name, $"is not supported beside '{keyword}'");
            return [];
        }

        var value = at.Schema.GetProperty(keyword);
        if (keyword == "$ref")
        {
            var target = _references.Resolve(value, out var reason);
            if (target is null)
            {
                context.Refuse(at, keyword, reason);
            }

            return target is null ? [] : [target];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            context.Refuse(at, keyword, "has to be a list of at least one schema");
            return [];
        }

        if (keyword != "anyOf" && value.GetArrayLength() > 1)
        {
            context.Refuse(at, keyword, "is supported with one schema only; use 'anyOf' for alternatives");
            return [];
        }

        return value.EnumerateArray().Select((member, index) => at.Child(keyword, $"{index}", member));
    }

    private int Literals(SchemaLocation at)
    {
        var keyword = at.TryGet("const", out var value) ? "const" : "enum";
        foreach (var other in at.Schema.EnumerateObject())
        {
            if (!other.NameEquals(keyword) && !other.NameEquals("type") && !SchemaKeywords.IsAnnotation(other.Name) && !other.NameEquals("$id"))
            {
                return context.Refuse(at, other.Name, $"is not supported beside '{keyword}'");
            }
        }

        if (keyword == "enum" && (!at.TryGet(keyword, out value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0))
        {
            return context.Refuse(at, keyword, "has to be a list of at least one value");
        }

        var types = TypesOf(at);
        return keyword == "const" ? _values.Literals(at, keyword, types, [value]) : _values.Literals(at, keyword, types, value.EnumerateArray());
    }

    private int Typed(SchemaLocation at)
    {
        var types = TypesOf(at) ?? InferTypes(at);
        types &= types.HasFlag(JsonTypes.Number) ? ~JsonTypes.Integer : types;
        var places = new List<int>();
        foreach (var type in Enum.GetValues<JsonTypes>())
        {
            if (type != JsonTypes.None && types.HasFlag(type) && context.Problem is null)
            {
                places.Add(type switch
                {
                    JsonTypes.Object => Object(at),
                    JsonTypes.Array => Array(at),
                    JsonTypes.String => _values.Text(at),
                    JsonTypes.Integer => _values.Number(at, integers: true),
                    JsonTypes.Number => _values.Number(at, integers: false),
                    JsonTypes.Boolean => context.Rules.Boolean,
                    _ => context.Rules.Null,
                });
            }
        }

        return places.Count == 0 ? context.Rules.AnyValue : context.Builder.Choice(CollectionsMarshal.AsSpan(places));
    }

    // Null where the schema names none.
    private JsonTypes? TypesOf(SchemaLocation at)
    {
        if (!at.TryGet("type", out var type))
        {
            return null;
        }

        var names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().ToArray() : [type];
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            var one = name.ValueKind == JsonValueKind.String ? SchemaKeywords.TypeOf(name.GetString()) : JsonTypes.None;
            if (one == JsonTypes.None)
            {
                context.Refuse(at, "type", $"has to be {TypeNames}, or a list of those");
            }

            types |= one;
        }

        if (types == JsonTypes.None)
        {
            context.Refuse(at, "type", "is an empty list, which admits no value");
        }

        return types;
    }

    // Without a type the keywords admit every value of the types that they are not about; only values of the others are written.
    private static JsonTypes InferTypes(SchemaLocation at)
    {
        var types = JsonTypes.None;
        foreach (var keyword in at.Schema.EnumerateObject())
        {
            types |= SchemaKeywords.IsAssertion(keyword.Name, out var about) ? about : JsonTypes.None;
        }

        return types;
    }

    private int Object(SchemaLocation at)
    {
        if (!TryReadRequired(at, out var required) || !TryReadProperties(at, out var properties))
        {
            return GrammarBuilder.Return;
        }

        var hasOthers = at.TryGet("additionalProperties", out var others);
        if (properties.Count == 0 && required.Count == 0 && !hasOthers)
        {
            return context.Rules.AnyObject;
        }

        // Without 'additionalProperties', an object of named properties is taken to have no others.
        var unnamed = required.Except(properties.Select(property => property.Name)).ToList();
        var closed = hasOthers ? others.ValueKind == JsonValueKind.False : properties.Count > 0;
        var otherRule = hasOthers && (!closed || unnamed.Count > 0) ? Rule(at.Child("additionalProperties", others)) : context.Rules.AnyValue;
        properties.AddRange(unnamed.Select(name => (name, otherRule)));

        if (properties.Count > context.Limits.MaxAlternatives)
        {
            return context.Refuse(at, "properties", $"has {properties.Count} properties; at most {context.Limits.MaxAlternatives} are allowed");
        }

        return context.Rules.Object(
            properties.ConvertAll(property => (context.Rules.Pair(property.Name, property.Rule), required.Contains(property.Name))),
            closed ? null : context.Rules.Pair(context.Rules.OtherThan(properties.ConvertAll(property => property.Name)), otherRule));
    }

    private bool TryReadProperties(SchemaLocation at, out List<(string Name, int Rule)> properties)
    {
        properties = [];
        if (!at.TryGet("properties", out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            context.Refuse(at, "properties", "has to be an object of schemas");
            return false;
        }

        foreach (var property in value.EnumerateObject())
        {
            properties.Add((property.Name, Rule(at.Child("properties", property.Name, property.Value))));
        }

        if (properties.DistinctBy(property => property.Name).Count() < properties.Count)
        {
            context.Refuse(at, "properties", "names a property twice");
        }

        return context.Problem is null;
    }

    private bool TryReadRequired(SchemaLocation at, out HashSet<string> required)
    {
        required = [];
        if (!at.TryGet("required", out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
        {
            context.Refuse(at, "required", "has to be a list of property names");
            return false;
        }

        required = [.. value.EnumerateArray().Select(name => name.GetString()!)];
        return true;
    }

    private int Array(SchemaLocation at)
    {
        if (!_values.TryReadCounts(at, "minItems", "maxItems", out var min, out var max))
        {
            return GrammarBuilder.Return;
        }

        var hasItems = at.TryGet("items", out var items);
        if (hasItems && items.ValueKind == JsonValueKind.False && min == 0)
        {
            max = 0;
        }

        var item = max == 0 || !hasItems ? context.Rules.AnyValue : Rule(at.Child("items", items));
        return context.Rules.Array(item, min, max);
    }
}
