using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Finds subschemas of one document. Nothing outside of it is ever fetched.</summary>
/// <param name="document">The document's root.</param>
internal sealed class SchemaReferences(SchemaLocation document)
{
    /// <summary>The keywords that refer to a schema.</summary>
    public static readonly IReadOnlyList<string> Keywords = ["$ref", "$dynamicRef", "$recursiveRef"];

    private static readonly Uri s_nowhere = new("schema://document/");
    private static readonly string[] s_data = ["enum", "const", "default", "examples", "example"];

    private Dictionary<string, SchemaLocation>? _named;
    private HashSet<string> _ambiguous = [];

    public SchemaDialect Dialect { get; } = SchemaDialect.Of(document.Schema);

    /// <summary>A number that a subschema has to itself: where it begins in the document's text.</summary>
    public int Identity(JsonElement schema)
    {
        _ = JsonMarshal.GetRawUtf8Value(document.Schema).Overlaps(JsonMarshal.GetRawUtf8Value(schema), out var offset);
        return offset;
    }

    /// <summary>Follows a reference.</summary>
    /// <param name="at">The schema that refers.</param>
    /// <param name="keyword">One of <see cref="Keywords"/>. The dynamic ones are followed where they can mean one thing only.</param>
    /// <param name="reason">Why it leads nowhere.</param>
    public SchemaLocation? Resolve(SchemaLocation at, string keyword, out string reason)
    {
        reason = "has to be a reference within the schema, such as '#/$defs/name'";
        var value = at.Schema.GetProperty(keyword);
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var reference = value.GetString()!;
        var hash = reference.IndexOf('#');
        var (address, fragment) = hash < 0 ? (reference, "") : (reference[..hash], reference[(hash + 1)..]);
        _named ??= FindNames();
        var (resource, uri) = ResourceOf(at);
        if (address.Length > 0)
        {
            uri = Combine(uri, address);
            if (!_named.TryGetValue(uri.AbsoluteUri, out resource!))
            {
                reason = $"has to be within the schema: other documents are not fetched";
                return null;
            }
        }

        if (keyword != "$ref" && _ambiguous.Contains(fragment))
        {
            reason = "is not supported where several schemas have that dynamic anchor";
            return null;
        }

        reason = "refers to nothing";
        return fragment is "" or ['/', ..] ? Follow(resource, fragment) : _named.GetValueOrDefault($"{uri.AbsoluteUri}#{Uri.UnescapeDataString(fragment)}");
    }

    // A JSON pointer as a URI fragment (RFC 6901, section 6).
    private static SchemaLocation? Follow(SchemaLocation at, string pointer)
    {
        foreach (var part in pointer.Split('/').Skip(1))
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

    private static Uri Combine(Uri from, string address) => Uri.TryCreate(from, address, out var uri) ? uri : s_nowhere;

    // The closest schema around one that has a name of its own, and that name.
    private (SchemaLocation Resource, Uri Uri) ResourceOf(SchemaLocation at)
    {
        for (var around = at; around.Parent is not null; around = around.Parent)
        {
            if (Id(around.Schema) is { } id)
            {
                return (around, Combine(ResourceOf(around.Parent).Uri, id));
            }
        }

        return (document, RootId() is { } root ? Combine(s_nowhere, root) : s_nowhere);
    }

    // A name that is more than an anchor; null where there is none.
    private string? Id(JsonElement schema) => Text(schema, Dialect.IdKeyword) is { } id && !id.StartsWith('#') ? id.TrimEnd('#') : null;

    // Documents without '$schema' are often of draft 4.
    private string? RootId() => Id(document.Schema) ?? Text(document.Schema, "id")?.TrimEnd('#');

    private static string? Text(JsonElement schema, string keyword) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(keyword, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private Dictionary<string, SchemaLocation> FindNames()
    {
        var named = new Dictionary<string, SchemaLocation>();
        var dynamicAnchors = new HashSet<string>();
        var pending = new Stack<(SchemaLocation At, Uri Uri)>([(document, ResourceOf(document).Uri)]);
        named[ResourceOf(document).Uri.AbsoluteUri] = document;
        while (pending.TryPop(out var next))
        {
            var (at, uri) = next;
            if (at.Schema.ValueKind == JsonValueKind.Array)
            {
                foreach (var (index, item) in at.Schema.EnumerateArray().Index())
                {
                    pending.Push((at.Child($"{index}", item), uri));
                }
            }
            else if (at.Schema.ValueKind == JsonValueKind.Object)
            {
                uri = at.Parent is not null && Id(at.Schema) is { } id ? Combine(uri, id) : uri;
                named.TryAdd(uri.AbsoluteUri, at);
                var anchors = new[] { Text(at.Schema, "$anchor"), Text(at.Schema, "$dynamicAnchor"), Text(at.Schema, Dialect.IdKeyword) is ['#', .. var anchor] ? anchor : null };
                foreach (var name in anchors.OfType<string>())
                {
                    named.TryAdd($"{uri.AbsoluteUri}#{name}", at);
                }

                if (Text(at.Schema, "$dynamicAnchor") is { } dynamic && !dynamicAnchors.Add(dynamic))
                {
                    _ambiguous.Add(dynamic);
                }

                if (at.Parent is not null && at.TryGet("$recursiveAnchor", out _))
                {
                    _ambiguous.Add("");
                }

                foreach (var member in at.Schema.EnumerateObject().Where(member => !s_data.Contains(member.Name)))
                {
                    pending.Push((at.Child(member.Name, member.Value), uri));
                }
            }
        }

        return named;
    }
}
