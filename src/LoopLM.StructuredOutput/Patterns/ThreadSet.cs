namespace LoopLM.StructuredOutput.Patterns;

/// <summary>
/// A state of the subset construction: the states in which a nondeterministic automaton can be, each with the number of the obligations that
/// look-aheads have left it. Compared by its members.
/// </summary>
internal readonly struct ThreadSet(List<(int State, int Obligations)> threads) : IEquatable<ThreadSet>
{
    private readonly (int State, int Obligations)[] _threads = Sort(threads);

    public ReadOnlySpan<(int State, int Obligations)> Threads => _threads;

    public bool Equals(ThreadSet other) => Threads.SequenceEqual(other.Threads);

    public override bool Equals(object? obj) => obj is ThreadSet other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var thread in _threads)
        {
            hash.Add(thread);
        }

        return hash.ToHashCode();
    }

    private static (int State, int Obligations)[] Sort(List<(int State, int Obligations)> threads)
    {
        var sorted = threads.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
