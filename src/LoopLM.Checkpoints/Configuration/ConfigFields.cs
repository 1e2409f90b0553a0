using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LoopLM.Checkpoints.Packing;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>
/// Typed reads from a <c>config.json</c>. What is missing or out of range becomes a problem that
/// names the field; unknown fields are ignored.
/// </summary>
internal sealed class ConfigFields(JsonElement config, List<string> problems, string path = "")
{
    /// <summary>Notes a problem; it begins with the name of a field.</summary>
    public void Problem(string problem) => problems.Add(path + problem);

    public string? Text(string name)
    {
        if (Find(name) is { ValueKind: JsonValueKind.String } value)
        {
            return value.GetString();
        }

        Problem(Find(name) is { } other ? $"{name} is {other.GetRawText()}; it must be a string" : $"{name} is missing");
        return null;
    }

    /// <summary>An integer in a range; the least of the range where there is a problem.</summary>
    public int Integer(string name, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            Problem($"{name} is missing; it must be an integer from {least} to {most}");
        }
        else if (WholeNumber(value) is { } number && number >= least && number <= most)
        {
            return number;
        }
        else
        {
            Problem($"{name} is {value.GetRawText()}; it must be an integer from {least} to {most}");
        }

        return least;
    }

    public int IntegerOr(string name, int least, int most, int absent) => Find(name) is null ? absent : Integer(name, least, most);

    /// <summary>A number in a range; the default, or the least of the range, where there is a problem.</summary>
    public float Number(string name, float least, float most, float? absent = null)
    {
        if (Find(name) is not { } value)
        {
            if (absent is null)
            {
                Problem($"{name} is missing; it must be a number from {least} to {most}");
            }

            return absent ?? least;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Problem($"{name} is {value.GetRawText()}; it must be a number from {least} to {most}");
        return least;
    }

    /// <summary>After which loop drafts pay off, and which share of them is accepted; null where that is absent.</summary>
    public (int? Loops, float Acceptance) Drafts()
    {
        const string Loops = "looplm_draft_loops";
        return Find(Loops) is null ? (null, 0) : (Integer(Loops, 1, 64), Number("looplm_draft_acceptance", 0, 1));
    }

    /// <summary>How matrices are packed; null where the field is absent.</summary>
    public PackedType? PackedWeights()
    {
        const string Name = "looplm_weights";
        switch (Find(Name)?.GetRawText())
        {
            case null:
                return null;
            case "\"int8\"":
                return PackedType.Int8;
            case "\"int4\"":
                return PackedType.Int4;
            case var other:
                Problem($"{Name} is {other}; it must be \"int8\" or \"int4\"");
                return null;
        }
    }

    /// <summary>Nothing, one token id, or a list of them.</summary>
    public ImmutableArray<int> Tokens(string name, int vocabularySize)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (ReadTokens(value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value], vocabularySize) is { } tokens)
        {
            return tokens;
        }

        Problem($"{name} is {value.GetRawText()}; it must hold token ids from 0 to {vocabularySize - 1}");
        return [];
    }

    /// <summary>Nothing, or a list of lists of token ids, none of which is empty.</summary>
    public ImmutableArray<ImmutableArray<int>> TokenLists(string name, int vocabularySize)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        var lists = value.ValueKind != JsonValueKind.Array ? null
            : value.EnumerateArray()
                .Select(
                    list => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                        ? ReadTokens(list.EnumerateArray(), vocabularySize)
                        : null)
                .ToList();
        if (lists is null || lists.Contains(null))
        {
            Problem($"{name} is {value.GetRawText()}; it must be a list of lists of token ids from 0 to {vocabularySize - 1}");
            return [];
        }

        return [.. lists.Select(list => list!.Value)];
    }

    /// <summary>A field that is not supported, unless its value changes nothing.</summary>
    /// <param name="name">The field.</param>
    /// <param name="neutral">The values that change nothing, in JSON; numbers in any spelling.</param>
    public void Neutral(string name, params IReadOnlyList<string> neutral)
    {
        if (Find(name) is { } value && !neutral.Any(each => value.GetRawText() == each || IsNumber(value, each)))
        {
            var wayOut = string.Concat(neutral.Take(1).Select(each => $", or set it to {each}"));
            Problem($"{name} is {value.GetRawText()}, which is not supported; leave it out{wayOut}");
        }
    }

    /// <summary>A field that has only one value that the forward pass knows.</summary>
    /// <param name="name">The field.</param>
    /// <param name="expected">That value in JSON.</param>
    public void Only(string name, string expected)
    {
        if (Find(name) is { } value && value.GetRawText() != expected)
        {
            Problem($"{name} is {value.GetRawText()}; it must be {expected}");
        }
    }

    /// <summary>A text that must be there and has few values that the forward pass knows.</summary>
    public void OneOf(string name, params IReadOnlyList<string> known)
    {
        if (Find(name) is not { } value || value.ValueKind != JsonValueKind.String || !known.Contains(value.GetString()))
        {
            var allowed = string.Join(" or ", known.Select(each => $"\"{each}\""));
            Problem($"{name} is {Find(name)?.GetRawText() ?? "missing"}; it must be {allowed}");
        }
    }

    /// <summary>Whether a field is a list of one text alone.</summary>
    public bool IsEach(string name, string expected) =>
        Find(name) is { ValueKind: JsonValueKind.Array } value
        && value.EnumerateArray().All(element => element.ValueKind == JsonValueKind.String && element.ValueEquals(expected));

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether a field has one value, written so.</summary>
    public bool Is(string name, string expected) => Find(name)?.GetRawText() == expected;

    /// <summary>The members of an object; null where the field is absent, null or, which is a problem, something else.</summary>
    public ConfigFields? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new ConfigFields(value, problems, $"{path}{name}.");
        }

        Problem($"{name} is {value.GetRawText()}; it must be an object");
        return null;
    }

    /// <summary>A field's value; null where it is absent or null.</summary>
    private JsonElement? Find(string name) =>
        config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static ImmutableArray<int>? ReadTokens(IEnumerable<JsonElement> elements, int vocabularySize)
    {
        var tokens = elements.Select(WholeNumber).ToList();
        return tokens.TrueForAll(token => token >= 0 && token < vocabularySize) ? [.. tokens.Select(token => token!.Value)] : null;
    }

    private static bool IsNumber(JsonElement value, string number) =>
        value.ValueKind == JsonValueKind.Number
        && double.TryParse(number, CultureInfo.InvariantCulture, out var wanted)
        && value.GetDouble() == wanted;

    /// <summary>A whole number, also one that is written as <c>16.0</c> or <c>1e6</c>.</summary>
    private static int? WholeNumber(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? null
        : value.TryGetInt32(out var number) ? number
        : value.TryGetDouble(out var real) && real == Math.Truncate(real) && Math.Abs(real) <= int.MaxValue ? (int)real
        : null;
}
