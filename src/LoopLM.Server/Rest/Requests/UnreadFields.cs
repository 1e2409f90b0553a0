using System.Text.Json;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// Looks through the fields of a request that nobody has read. What would change the answer is refused, with the way to say the same here;
/// what changes nothing is accepted, and so are names that no API knows, unless they are a slip of the pen away from a field.
/// </summary>
internal static class UnreadFields
{
    // Names that no API knows are compared with every field: that is to end soon whatever comes.
    private const int MaxStrange = 32;
    private const int MaxLength = 40;

    private static readonly ILookup<string, FieldRule> s_rules = FieldTable.Rules.ToLookup(rule => rule.Name, StringComparer.Ordinal);

    /// <summary>
    /// Applies the <see cref="FieldTable"/>. To be called when everything else is read: the fields that were requested are not looked at.
    /// </summary>
    /// <param name="fields">The request.</param>
    /// <param name="kind">Its kind.</param>
    public static void Check(RequestFields fields, RequestKinds kind)
    {
        var strange = new List<string>();
        foreach (var name in fields.Unknown.ToList())
        {
            if (s_rules[name].FirstOrDefault(rule => rule.Kinds.HasFlag(kind)) is { } rule)
            {
                Apply(fields, rule);
            }
            else if (strange.Count < MaxStrange && name.Length <= MaxLength && !s_rules.Contains(name))
            {
                strange.Add(name);
            }
        }

        string[] meanings = strange.Count == 0 ? []
            :
            [
                .. fields.Known,
                .. FieldTable.Rules.Where(rule => rule.Instead is not null && rule.Kinds.HasFlag(kind)).Select(rule => rule.Name),
            ];
        foreach (var name in strange)
        {
            if (MisspeltFields.FindMeant(name, meanings) is { } meant && fields.Find(name) is not null)
            {
                fields.Report(RequestErrorKind.Unsupported, name, $"'{name}' is not a field; did you mean '{meant}'?");
            }
        }
    }

    /// <summary>Applies rules to the members of an object within a request.</summary>
    public static void Refuse(RequestFields fields, ReadOnlySpan<FieldRule> rules)
    {
        foreach (var rule in rules)
        {
            Apply(fields, rule);
        }
    }

    private static void Apply(RequestFields fields, FieldRule rule)
    {
        if (fields.Find(rule.Name) is not { } value || rule.Instead is null || IsNeutral(value, rule.Neutral, out var usual))
        {
            return;
        }

        var found = value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? $" is {RequestFields.Describe(value)}, which"
            : "";
        var neutral = usual is null or "[]" or "{}" or "\"\"" ? "" : $", or set it to {usual}";
        fields.Report(RequestErrorKind.Unsupported, rule.Name, $"'{rule.Name}'{found} is not supported here: {rule.Instead}{neutral}.");
    }

    private static bool IsNeutral(JsonElement value, string? neutral, out string? usual)
    {
        usual = null;
        if (neutral is null)
        {
            return false;
        }

        var values = JsonElement.Parse(neutral);
        usual = values[0].GetRawText();
        return values.EnumerateArray().Any(each => IsEqual(value, each));
    }

    /// <summary>Numbers are compared as doubles: an exact comparison of exponents without end has none.</summary>
    private static bool IsEqual(JsonElement value, JsonElement other) =>
        value.ValueKind == JsonValueKind.Number
            ? other.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == other.GetDouble()
            : value.ValueKind == other.ValueKind
                && (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object) || HasEqualText(value, other))
                && (value.ValueKind != JsonValueKind.String || value.ValueEquals(other.GetString()));

    /// <summary>Neutral lists and objects are empty, or hold plain words.</summary>
    private static bool HasEqualText(JsonElement value, JsonElement other) => value.ValueKind == JsonValueKind.Object
        ? value.GetPropertyCount() == 0 && other.GetPropertyCount() == 0
        : value.GetArrayLength() == other.GetArrayLength()
            && value.EnumerateArray().Zip(other.EnumerateArray()).All(pair => IsEqual(pair.First, pair.Second));
}
