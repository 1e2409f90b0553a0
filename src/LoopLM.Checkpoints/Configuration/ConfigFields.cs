using System.Collections.Immutable;
using System.Text.Json;
using LoopLM.Checkpoints.Packing;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>Typed reads from a <c>config.json</c>. What is missing or out of range becomes a problem that names the field; unknown fields are ignored.</summary>
internal sealed class ConfigFields(JsonElement config, List<string> problems)
{
    public void Problem(string problem) => problems.Add(problem);

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
        else if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
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

        var tokens = ImmutableArray.CreateBuilder<int>();
        foreach (var element in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var token) && token >= 0 && token < vocabularySize)
            {
                tokens.Add(token);
            }
            else
            {
                Problem($"{name} is {value.GetRawText()}; it must hold token ids from 0 to {vocabularySize - 1}");
                break;
            }
        }

        return tokens.ToImmutable();
    }

    /// <summary>A field that has only one value that the forward pass knows.</summary>
    /// <param name="name">The field.</param>
    /// <param name="expected">That value in JSON.</param>
    /// <param name="required">Whether it must be there: where the absent field could mean another value.</param>
    public void Only(string name, string expected, bool required = false)
    {
        if (Find(name) is { } value ? value.GetRawText() != expected : required)
        {
            Problem($"{name} is {Find(name)?.GetRawText() ?? "missing"}; only {expected} is known");
        }
    }

    /// <summary>An optional list of one known value, of a known length.</summary>
    public void OnlyEach(string name, string expected, int length)
    {
        if (Find(name) is not { } value)
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != length || value.EnumerateArray().Any(element => element.GetRawText() != expected))
        {
            Problem($"{name} must be {expected}, {length} times");
        }
    }

    /// <summary>A field's value; null where it is absent or null.</summary>
    private JsonElement? Find(string name) =>
        config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
