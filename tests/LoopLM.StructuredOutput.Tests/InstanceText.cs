using System.Text;
using System.Text.Json;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Spells instances as text: the members of an object in the order of the schema's properties, the others behind them as they come.</summary>
/// <param name="root">The document of the schema, within which references are followed.</param>
/// <param name="space">What stands behind every comma and colon.</param>
internal sealed class InstanceText(JsonElement root, string space)
{
    private const int MaxReferences = 20;
    private static readonly string[] s_members = ["allOf", "anyOf", "oneOf", "then", "else"];
    private readonly StringBuilder _text = new();

    public static string Write(JsonElement value, JsonElement schema, string space)
    {
        var writer = new InstanceText(schema, space);
        writer.Write(value, [schema]);
        return writer._text.ToString();
    }

    private void Write(JsonElement value, List<JsonElement> schemas)
    {
        var all = schemas.SelectMany(schema => Applied(schema, 0)).ToList();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Object(value, all);
                break;
            case JsonValueKind.Array:
                var items = all.Where(schema => schema.TryGetProperty("items", out _)).Select(schema => schema.GetProperty("items")).ToList();
                List("[", "]", value.EnumerateArray().ToList(), item => Write(item, items));
                break;
            case JsonValueKind.String:
                Text(value.GetString()!);
                break;
            default:
                _text.Append(value.GetRawText());
                break;
        }
    }

    private void Object(JsonElement value, List<JsonElement> schemas)
    {
        var named = schemas
            .Where(schema => schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            .SelectMany(schema => schema.GetProperty("properties").EnumerateObject())
            .ToLookup(property => property.Name, property => property.Value);
        var others = schemas.Where(schema => schema.TryGetProperty("additionalProperties", out _)).Select(schema => schema.GetProperty("additionalProperties")).ToList();
        var order = named.Select(group => group.Key).ToList();
        var members = value.EnumerateObject().OrderBy(member => order.IndexOf(member.Name) is >= 0 and var place ? place : int.MaxValue).ToList();
        List("{", "}", members, member =>
        {
            Text(member.Name);
            _text.Append(':').Append(space);
            Write(member.Value, named.Contains(member.Name) ? [.. named[member.Name]] : others);
        });
    }

    private void List<T>(string open, string close, List<T> items, Action<T> write)
    {
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            _text.Append(i == 0 ? "" : $",{space}");
            write(items[i]);
        }

        _text.Append(close);
    }

    private void Text(string value)
    {
        _text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => _text.Append('\\').Append(letter),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                < ' ' => _text.Append($"\\u{(int)letter:x4}"),
                _ => _text.Append(letter),
            };
        }

        _text.Append('"');
    }

    // The schema, and those that apply to the same value.
    private IEnumerable<JsonElement> Applied(JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxReferences)
        {
            return [];
        }

        IEnumerable<JsonElement> result = [schema];
        if (schema.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.String && Resolve(reference.GetString()!) is { } target)
        {
            result = result.Concat(Applied(target, depth + 1));
        }

        foreach (var keyword in s_members)
        {
            if (schema.TryGetProperty(keyword, out var members))
            {
                result = result.Concat(members.ValueKind == JsonValueKind.Array
                    ? members.EnumerateArray().SelectMany(member => Applied(member, depth + 1))
                    : Applied(members, depth + 1));
            }
        }

        return result;
    }

    private JsonElement? Resolve(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        var at = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var segment = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(segment, out var child))
            {
                at = child;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(segment, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
