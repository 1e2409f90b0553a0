using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Finds subschemas of one document. Nothing outside of it is ever fetched.</summary>
/// <param name="document">The document's root.</param>
internal sealed class SchemaReferences(SchemaLocation document)
{
    /// <summary>A number that a subschema has to itself: where it begins in the document's text.</summary>
    public int Identity(JsonElement schema)
    {
        _ = JsonMarshal.GetRawUtf8Value(document.Schema).Overlaps(JsonMarshal.GetRawUtf8Value(schema), out var offset);
        return offset;
    }

    /// <summary>Follows a reference, a JSON pointer as a URI fragment (RFC 6901, section 6).</summary>
    /// <param name="reference">The value of <c>$ref</c>.</param>
    /// <param name="reason">Why it leads nowhere.</param>
    public SchemaLocation? Resolve(JsonElement reference, out string reason)
    {
        reason = "has to be a reference within the schema, such as '#/$defs/name'";
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not ['#', .. var fragment] || fragment is not ("" or ['/', ..]))
        {
            return null;
        }

        reason = "refers to nothing";
        var at = document;
        foreach (var part in fragment.Split('/').Skip(1))
        {
            var segment = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (Find(at.Schema, segment) is not { } child)
            {
                return null;
            }

            at = at.Child(segment, child);
        }

        return at;
    }

    private static JsonElement? Find(JsonElement parent, string segment) => parent.ValueKind switch
    {
        JsonValueKind.Object when parent.TryGetProperty(segment, out var child) => child,
        JsonValueKind.Array when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < parent.GetArrayLength() => parent[index],
        _ => null,
    };
}
