namespace LoopLM.Tools.Data;

/// <summary>Knows texts that are measured on, and removes from others every paragraph that shares a long run of words with them.</summary>
internal sealed class OverlapFilter
{
    /// <summary>Words of a run. Shorter ones are shared by texts that have nothing to do with each other.</summary>
    private const int Run = 13;

    private readonly HashSet<ulong> _runs = [];

    /// <summary>Paragraphs removed so far.</summary>
    public int Removed { get; private set; }

    /// <summary>Adds a text that is measured on.</summary>
    public void Add(string text) => _runs.UnionWith(Runs(text));

    /// <summary>A text without the paragraphs that overlap.</summary>
    public string Apply(string text)
    {
        if (_runs.Count == 0)
        {
            return text;
        }

        var paragraphs = text.Split('\n');
        var kept = paragraphs.Where(paragraph => !Runs(paragraph).Any(_runs.Contains)).ToList();
        Removed += paragraphs.Length - kept.Count;
        return string.Join('\n', kept).Trim();
    }

    /// <summary>Hashes of all runs of words; letters and digits count, in lower case.</summary>
    private static IEnumerable<ulong> Runs(string text)
    {
        var words = Words(text);
        for (var start = 0; start + Run <= words.Count; start++)
        {
            var hash = 14695981039346656037;
            for (var i = 0; i < Run; i++)
            {
                hash = (hash ^ words[start + i]) * 1099511628211;
            }

            yield return hash;
        }
    }

    private static List<ulong> Words(string text)
    {
        var words = new List<ulong>();
        var hash = 0UL;
        foreach (var character in text)
        {
            if (char.IsLetterOrDigit(character))
            {
                hash = ((hash == 0 ? 14695981039346656037 : hash) ^ char.ToLowerInvariant(character)) * 1099511628211;
            }
            else if (hash != 0)
            {
                words.Add(hash);
                hash = 0;
            }
        }

        if (hash != 0)
        {
            words.Add(hash);
        }

        return words;
    }
}
