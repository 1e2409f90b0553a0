namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>
/// What the search for matches in one text has learnt: from which states at which places no match follows. So nothing is scanned twice at
/// length, and a search takes time that grows no faster than the text (Reps, "Maximal-Munch" Tokenization in Linear Time, 1998).
/// </summary>
internal struct PatternScan
{
    // Made when they are needed, which is seldom.
    private HashSet<(int State, int Position)>? _hopeless;
    private List<(int State, int Position)>? _pending;

    /// <summary>Begins the search for a match.</summary>
    public void Begin() => (_pending ??= []).Clear();

    /// <summary>A match was found: places on the way to it lead somewhere.</summary>
    public readonly void Found() => _pending!.Clear();

    /// <summary>Whether no match follows, as an earlier search found; else it is remembered that this one came by.</summary>
    public readonly bool IsHopeless(int state, int position)
    {
        if (_hopeless?.Contains((state, position)) == true)
        {
            return true;
        }

        _pending!.Add((state, position));
        return false;
    }

    /// <summary>Ends the search: the places since the last match lead nowhere.</summary>
    public void End() => (_hopeless ??= []).UnionWith(_pending!);
}
