namespace LoopLM.Text.Constraints.Patterns;

/// <summary>
/// What the rest of a text has to be, beside what the pattern itself reads: sets of (automaton, state), each of which has to accept the rest.
/// Equal sets have equal numbers. 0 is the empty set.
/// </summary>
internal sealed class Obligations
{
    /// <summary>Nothing is asked for.</summary>
    public const int None = 0;

    /// <summary>Something is asked for that no text fulfils.</summary>
    public const int Impossible = -1;

    private readonly List<CodePointAutomaton> _automata = [];
    private readonly List<(int Automaton, int State)[]> _sets = [[]];
    private readonly Dictionary<string, int> _numbers = new() { [""] = None };

    /// <summary>Makes an automaton known; gives its number.</summary>
    public int Register(CodePointAutomaton automaton)
    {
        _automata.Add(automaton);
        return _automata.Count - 1;
    }

    /// <summary>A set with one automaton more, from its beginning.</summary>
    public int With(int set, int automaton) => Number(_sets[set].Append((automaton, 0)));

    /// <summary>What is left of a set behind a code point.</summary>
    public int Step(int set, int codePoint) => set == None
        ? None
        : Number(_sets[set].Select(member => (member.Automaton, _automata[member.Automaton].Step(member.State, codePoint))));

    /// <summary>Whether the text may end.</summary>
    public bool Accept(int set) => _sets[set].All(member => _automata[member.Automaton].States[member.State].Accepts);

    private int Number(IEnumerable<(int Automaton, int State)> members)
    {
        var set = new SortedSet<(int Automaton, int State)>();
        foreach (var (automaton, state) in members)
        {
            if (state < 0 || _automata[automaton].IsEmpty)
            {
                return Impossible;
            }

            // What accepts every rest asks for nothing.
            if (!_automata[automaton].States[state].AcceptsAll(state))
            {
                set.Add((automaton, state));
            }
        }

        var key = string.Join(' ', set);
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _sets.Count;
            _sets.Add([.. set]);
            _numbers.Add(key, number);
        }

        return number;
    }
}
