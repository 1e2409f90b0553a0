using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

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

    /// <summary>The sets of all moves.</summary>
    public IEnumerable<CodePointSet> Sets => States.SelectMany(state => state.Moves).Select(move => move.Set);

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
        // By state: the fewest code points before it, and the moves to it that are not taken yet.
        var (shortest, open) = (new int[States.Count], new int[States.Count]);
        Array.Fill(shortest, -1);
        shortest[0] = 0;
        var reached = new List<int> { 0 };
        for (var i = 0; i < reached.Count; i++)
        {
            foreach (var (_, target) in States[reached[i]].Moves)
            {
                open[target]++;
                if (shortest[target] < 0)
                {
                    shortest[target] = shortest[reached[i]] + 1;
                    reached.Add(target);
                }
            }
        }

        // A state is behind all that lead to it; what is on a circle is never reached so.
        var longest = new int[States.Count];
        var ordered = open[0] == 0 ? new List<int> { 0 } : [];
        for (var i = 0; i < ordered.Count; i++)
        {
            foreach (var (_, target) in States[ordered[i]].Moves)
            {
                longest[target] = Math.Max(longest[target], longest[ordered[i]] + 1);
                if (--open[target] == 0)
                {
                    ordered.Add(target);
                }
            }
        }

        return (reached.Where(state => States[state].Accepts).Select(state => shortest[state]).DefaultIfEmpty().Min(),
            ordered.Count < reached.Count ? null : longest.Max());
    }

    /// <summary>A state; the sets of its moves have no code point in common.</summary>
    internal sealed record State(bool Accepts, IReadOnlyList<(CodePointSet Set, int Target)> Moves)
    {
        /// <summary>Whether every text is accepted from here, seen from the state of this number alone.</summary>
        public bool AcceptsAll(int number) => Accepts && Moves is [var (set, target)] && target == number && set.Equals(CodePointSet.All);
    }
}
