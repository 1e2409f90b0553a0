using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What drafts of JSON Schema see differently.</summary>
/// <param name="IgnoresBesideReference">Whether keywords beside <c>$ref</c> say nothing, as up to draft 7.</param>
/// <param name="IdKeyword">The keyword that names a subschema: <c>id</c> up to draft 4.</param>
internal sealed record SchemaDialect(bool IgnoresBesideReference, string IdKeyword)
{
    /// <summary>The draft that a document's <c>$schema</c> names; the latest one where there is none.</summary>
    public static SchemaDialect Of(JsonElement document)
    {
        var name = document.ValueKind == JsonValueKind.Object && document.TryGetProperty("$schema", out var schema) && schema.ValueKind == JsonValueKind.String
            ? schema.GetString()! : "";
        var isOldest = name.Contains("draft-03", StringComparison.Ordinal) || name.Contains("draft-04", StringComparison.Ordinal);
        var isOld = isOldest || name.Contains("draft-06", StringComparison.Ordinal) || name.Contains("draft-07", StringComparison.Ordinal);
        return new(isOld, isOldest ? "id" : "$id");
    }
}
