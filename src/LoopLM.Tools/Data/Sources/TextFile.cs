namespace LoopLM.Tools.Data.Sources;

/// <summary>A file of documents with a line <c>&lt;|endoftext|&gt;</c> between them.</summary>
internal static class TextFile
{
    /// <summary>Its documents, trimmed; names of other special tokens are removed.</summary>
    public static IEnumerable<string> Documents(string path) =>
        File.ReadAllText(path)
            .ReplaceLineEndings("\n")
            .Split(SpecialTokens.EndOfText)
            .Select(
                document => SpecialTokens.All.Aggregate(document, (text, name) => text.Replace(name, "", StringComparison.Ordinal)).Trim())
            .Where(document => document.Length > 0);
}
