namespace LoopLM.Text.Constraints.Patterns;

/// <summary>
/// A deterministic automaton over code points. It begins in state 0. Every state leads to one that accepts,
/// except in the automaton of no text, whose only state goes nowhere.
/// </summary>
internal sealed record CodePointAutomaton(IReadOnlyList<CodePointAutomaton.State> States)
{
    /// <summary>Accepts every text.</summary>
    public static readonly CodePointAutomaton Any = new([new State(true, [(CodePointSet.All, 0)])]);

    /// <summary>Accepts no text.</summary>
    public static readonly CodePointAutomaton Empty = new([new State(false, [])]);

    /// <summary>Whether no text is accepted.</summary>
    public bool IsEmpty => States.Count == 1 && !States[0].Accepts;

    /// <summary>Whether every text is accepted.</summary>
    public bool IsAny => States.Count == 1 && States[0].AcceptsAll(0);

    /// <summary>Whether a text is accepted.</summary>
    public bool Accepts(string text)
    {
        var state = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            state = Step(state, rune.Value);
            if (state < 0)
            {
                return false;
            }
        }

        return States[state].Accepts;
    }

    /// <summary>The state behind one more code point; -1 where it cannot follow.</summary>
    public int Step(int state, int codePoint)
    {
        foreach (var (set, target) in States[state].Moves)
        {
            if (set.Contains(codePoint))
            {
                return target;
            }
        }

        return -1;
    }

    /// <summary>The fewest and the most code points of a text; null for any number. Of the empty automaton, 0 and 0.</summary>
    public (int Shortest, int? Longest) Lengths()
    {
        var (shortest, longest) = (-1, 0);
        var reached = new HashSet<int> { 0 };
        for (var length = 0; reached.Count > 0; length++)
        {
            // So many moves pass some state twice.
            if (length == States.Count)
            {
                return (shortest, null);
            }

            if (reached.Any(state => States[state].Accepts))
            {
                (shortest, longest) = (shortest < 0 ? length : shortest, length);
            }

            reached = [.. reached.SelectMany(state => States[state].Moves).Select(move => move.Target)];
        }

        return (Math.Max(shortest, 0), longest);
    }

    /// <summary>A state; the sets of its moves have no code point in common.</summary>
    internal sealed record State(bool Accepts, IReadOnlyList<(CodePointSet Set, int Target)> Moves)
    {
        /// <summary>Whether every text is accepted from here, seen from the state of this number alone.</summary>
        public bool AcceptsAll(int number) => Accepts && Moves is [var (set, target)] && target == number && set.Equals(CodePointSet.All);
    }
}
