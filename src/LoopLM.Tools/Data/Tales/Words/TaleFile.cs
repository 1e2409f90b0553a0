namespace LoopLM.Tools.Data.Tales.Words;

/// <summary>The tables of tales, which the assembly holds.</summary>
internal static class TaleFile
{
    /// <summary>The lines of a table that are not empty.</summary>
    /// <param name="name">Name of its file.</param>
    public static IReadOnlyList<string> Lines(string name)
    {
        var assembly = typeof(TaleFile).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream($"tales/{name}")
            ?? throw new InvalidOperationException($"The assembly has no table {name}."));
        return [.. reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0)];
    }
}
