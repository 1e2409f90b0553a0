namespace LoopLM.Text.Tokenization;

/// <summary>
/// Tokens of recent short pre-tokens. Each text has one place, and a newer text takes it over, so the size is bounded
/// and any number of threads may read and write without a lock.
/// </summary>
internal sealed class PreTokenCache
{
    private const int Places = 1 << 15;
    private const int MaxLength = 32;

    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>The tokens of a pre-token, if they are here.</summary>
    public bool TryGet(ReadOnlySpan<char> preToken, out ReadOnlySpan<int> ids)
    {
        if (preToken.Length <= MaxLength && Volatile.Read(ref Place(preToken)) is { } entry && preToken.SequenceEqual(entry.PreToken))
        {
            ids = entry.Ids;
            return true;
        }

        ids = default;
        return false;
    }

    /// <summary>Keeps the tokens of a pre-token, unless it is long.</summary>
    public void Set(ReadOnlySpan<char> preToken, ReadOnlySpan<int> ids)
    {
        if (preToken.Length <= MaxLength)
        {
            Volatile.Write(ref Place(preToken), new Entry(preToken.ToString(), ids.ToArray()));
        }
    }

    private ref Entry? Place(ReadOnlySpan<char> preToken) =>
        ref _entries[string.GetHashCode(preToken) & (Places - 1)];

    private sealed record Entry(string PreToken, int[] Ids);
}
