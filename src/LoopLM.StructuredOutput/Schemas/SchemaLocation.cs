using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>A subschema and where it is.</summary>
internal sealed record SchemaLocation(JsonElement Schema, SchemaLocation? Parent = null, string Segment = "")
{
    /// <summary>The JSON pointer from the root, as a URI fragment without percent-encoding. The root's segment is the document's name.</summary>
    public string Path => Parent is null ? $"{Segment}#" : $"{Parent.Path}/{Segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>What is below this one.</summary>
    public SchemaLocation Child(string segment, JsonElement child) => new(child, this, segment);

    /// <summary>What is below a keyword's value, an object or an array.</summary>
    public SchemaLocation Child(string keyword, string segment, JsonElement child) => Child(keyword, child).Child(segment, child);

    public bool TryGet(string keyword, out JsonElement value)
    {
        value = default;
        return Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(keyword, out value);
    }
}
