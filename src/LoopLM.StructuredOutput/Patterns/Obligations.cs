namespace LoopLM.StructuredOutput.Patterns;

/// <summary>
/// What the rest of a text has to be, beside what the pattern itself reads: sets of (automaton, state), each of which has to accept the rest.
/// Equal sets have equal numbers. 0 is the empty set.
/// </summary>
/// <param name="builder">Bounds the work.</param>
internal sealed class Obligations(AutomatonBuilder builder)
{
    /// <summary>Nothing is asked for.</summary>
    public const int None = 0;

    /// <summary>Something is asked for that no text fulfils.</summary>
    public const int Impossible = -1;

    private readonly List<CodePointAutomaton> _automata = [];
    private readonly List<ThreadSet> _sets = [new([])];
    private readonly Dictionary<ThreadSet, int> _numbers = new() { [new([])] = None };
    private readonly Dictionary<(int Set, int CodePoint), int> _steps = [];

    /// <summary>Whether more work was asked for than is allowed; the sets are of no use then.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Makes an automaton known; gives its number.</summary>
    public int Register(CodePointAutomaton automaton)
    {
        _automata.Add(automaton);
        return _automata.Count - 1;
    }

    /// <summary>A set with one automaton more, from its beginning.</summary>
    public int With(int set, int automaton) => Number([.. _sets[set].Threads, (automaton, 0)]);

    /// <summary>What is left of a set behind a code point.</summary>
    public int Step(int set, int codePoint)
    {
        if (set == None)
        {
            return None;
        }

        if (!_steps.TryGetValue((set, codePoint), out var rest))
        {
            var members = new List<(int, int)>();
            foreach (var (automaton, state) in _sets[set].Threads)
            {
                members.Add((automaton, _automata[automaton].Step(state, codePoint)));
            }

            rest = Number(members);
            _steps.Add((set, codePoint), rest);
        }

        return rest;
    }

    /// <summary>Whether the text may end.</summary>
    public bool Accept(int set)
    {
        foreach (var (automaton, state) in _sets[set].Threads)
        {
            if (!_automata[automaton].States[state].Accepts)
            {
                return false;
            }
        }

        return true;
    }

    private int Number(List<(int Automaton, int State)> members)
    {
        IsTooLarge |= !builder.TryWork(members.Count);
        if (IsTooLarge || members.Exists(member => member.State < 0 || _automata[member.Automaton].IsEmpty))
        {
            return Impossible;
        }

        // What accepts every rest asks for nothing.
        members.RemoveAll(member => _automata[member.Automaton].States[member.State].AcceptsAll(member.State));
        var set = new ThreadSet([.. members.Distinct()]);
        if (!_numbers.TryGetValue(set, out var number))
        {
            number = _sets.Count;
            _sets.Add(set);
            _numbers.Add(set, number);
        }

        return number;
    }
}
