using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Reads the values of keywords; what has the wrong form is refused.</summary>
/// <param name="references">Numbers the subschemas.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class KeywordValues(SchemaReferences references, TranslationContext context)
{
    /// <summary>Reads a count, from 0; null where there is none.</summary>
    public int? Count(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return null;
        }

        // A maximum that no text reaches is as good as the largest that is counted.
        var isMaximum = keyword.StartsWith("max", StringComparison.Ordinal);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var count) && count >= 0 && count == decimal.Truncate(count)
            && (isMaximum || count <= context.Limits.MaxCount))
        {
            return (int)Math.Min(count, context.Limits.MaxCount);
        }

        context.Refuse(at, keyword, isMaximum ? "has to be an integer from 0" : $"has to be an integer from 0 to {context.Limits.MaxCount}");
        return null;
    }

    /// <summary>Reads a number; null where there is none.</summary>
    public DecimalValue? Number(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return null;
        }

        var number = DecimalValue.Read(value);
        if (number is null)
        {
            context.Refuse(at, keyword, "has to be a number between -1e400 and 1e400");
        }

        return number;
    }

    /// <summary>Whether a keyword is there and true.</summary>
    public bool Flag(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.True;
        }

        context.Refuse(at, keyword, "has to be true or false");
        return false;
    }

    public string? Text(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value) || value.ValueKind == JsonValueKind.String)
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }

        context.Refuse(at, keyword, "has to be a string");
        return null;
    }

    /// <summary>Reads a list of names.</summary>
    public IReadOnlyList<string> Names(SchemaLocation at, string keyword, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(name => name.GetString()!)];
        }

        context.Refuse(at, keyword, "has to be a list of property names");
        return [];
    }

    /// <summary>Reads the types; null where the schema names none.</summary>
    public JsonTypes? Types(SchemaLocation at)
    {
        if (!at.TryGet("type", out var type))
        {
            return null;
        }

        var types = JsonTypes.None;
        foreach (var name in type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().ToArray() : [type])
        {
            var one = name.ValueKind == JsonValueKind.String ? SchemaKeywords.TypeOf(name.GetString()) : JsonTypes.None;
            if (one == JsonTypes.None)
            {
                const int most = 32;
                var found = name.ValueKind == JsonValueKind.String ? $"'{name.GetString()}'" : $"a JSON {name.ValueKind}";
                found = found.Length > most ? "a long text" : found;
                context.Refuse(
                    at, "type", $"is {found}; it has to be {SchemaKeywords.TypeNames}, or a list of those");
            }

            types |= one;
        }

        if (types == JsonTypes.None)
        {
            context.Refuse(at, "type", "is an empty list, which admits no value");
        }

        return types;
    }

    /// <summary>Reads the values of <c>enum</c>; null where there is none.</summary>
    public IReadOnlyList<JsonElement>? Enum(SchemaLocation at)
    {
        if (!at.TryGet("enum", out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and var count && count <= context.Limits.MaxEnumValues)
        {
            return [.. value.EnumerateArray()];
        }

        context.Refuse(at, "enum", $"has to be a list of 1 to {context.Limits.MaxEnumValues} values");
        return [];
    }

    /// <summary>The subschema of a keyword; null where there is none.</summary>
    public Demand? Schema(SchemaLocation at, string keyword) => at.TryGet(keyword, out var value) ? Demand(at.Child(keyword, value)) : null;

    /// <summary>Reads a list of subschemas; empty where there is none.</summary>
    /// <param name="at">The schema.</param>
    /// <param name="keyword">The keyword.</param>
    /// <param name="allowsNone">Whether the list may be empty.</param>
    public IReadOnlyList<Demand> Schemas(SchemaLocation at, string keyword, bool allowsNone = false)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || (value.GetArrayLength() == 0 && !allowsNone))
        {
            context.Refuse(at, keyword, "has to be a list of at least one schema");
            return [];
        }

        return value.GetArrayLength() <= context.Limits.MaxAlternatives
            ? [.. value.EnumerateArray().Select((member, index) => Demand(at.Child(keyword, $"{index}", member)))]
            : TooMany<Demand>(at, keyword, value.GetArrayLength());
    }

    /// <summary>Reads an object of subschemas; empty where there is none.</summary>
    public IReadOnlyList<(string Name, Demand Value)> Map(SchemaLocation at, string keyword) =>
        [.. Members(at, keyword).Select(member => (member.Name, Demand(at.Child(keyword, member.Name, member.Value))))];

    /// <summary>Reads an object; empty where there is none.</summary>
    public IReadOnlyList<JsonProperty> Members(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            context.Refuse(at, keyword, "has to be an object of schemas");
            return [];
        }

        var members = value.EnumerateObject().ToList();
        if (members.Count > context.Limits.MaxAlternatives)
        {
            return TooMany<JsonProperty>(at, keyword, members.Count);
        }

        if (members.DistinctBy(member => member.Name).Count() < members.Count)
        {
            context.Refuse(at, keyword, "has a name twice");
        }

        return members;
    }

    /// <summary>What a subschema asks for.</summary>
    public Demand Demand(SchemaLocation at) => new(at, references.Identity(at.Schema));

    private IReadOnlyList<T> TooMany<T>(SchemaLocation at, string keyword, int count)
    {
        context.Refuse(at, keyword, $"has {count} members; at most {context.Limits.MaxAlternatives} are allowed");
        return [];
    }
}
