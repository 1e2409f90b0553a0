namespace LoopLM.StructuredOutput;

/// <summary>Why a form cannot be enforced.</summary>
/// <param name="Path">The subschema, as a JSON pointer from the schema's root, such as <c>#/properties/age</c>; null where the form has no schema.</param>
/// <param name="Keyword">The keyword in it; null where it is the subschema as a whole.</param>
/// <param name="Reason">What was found and what would be right, beginning with a small letter.</param>
public sealed record SchemaProblem(string? Path, string? Keyword, string Reason)
{
    /// <summary>One sentence with path, keyword and reason.</summary>
    public override string ToString() =>
        Path is null ? $"The form of the text cannot be enforced: {Reason}."
        : Keyword is null ? $"The schema at '{Path}': {Reason}."
        : $"'{Keyword}' of the schema at '{Path}': {Reason}.";
}
