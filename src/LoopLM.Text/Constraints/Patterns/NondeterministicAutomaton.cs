namespace LoopLM.Text.Constraints.Patterns;

/// <summary>A pattern as a nondeterministic automaton (Thompson 1968).</summary>
/// <param name="maxStates">Where there would be more, the pattern is refused.</param>
internal sealed class NondeterministicAutomaton(int maxStates)
{
    /// <summary>The state that accepts and goes nowhere.</summary>
    public const int Accept = 0;

    private readonly List<(CodePointSet? Set, int A, int B)> _states = [(null, Accept, Accept)];

    /// <summary>Whether the pattern needs more states than are allowed.</summary>
    public bool IsFull => _states.Count > maxStates;

    public int Count => _states.Count;

    public CodePointSet? SetOf(int state) => _states[state].Set;

    /// <summary>Where a state goes on that reads.</summary>
    public int Next(int state) => _states[state].A;

    /// <summary>Adds a pattern; gives the state where it begins.</summary>
    public int Add(PatternNode node, int next = Accept)
    {
        switch (node)
        {
            case PatternNode.Character(var set):
                return Add(set, next, next);
            case PatternNode.Sequence(var parts):
                for (var i = parts.Count - 1; i >= 0 && !IsFull; i--)
                {
                    next = Add(parts[i], next);
                }

                return next;
            case PatternNode.Choice(var options):
                var choice = Add(options[^1], next);
                for (var i = options.Count - 2; i >= 0 && !IsFull; i--)
                {
                    choice = Add(null, Add(options[i], next), choice);
                }

                return choice;
            case PatternNode.Repetition(var body, var min, var max):
                return Repeat(body, min, max, next);
            default:
                throw new ArgumentOutOfRangeException(nameof(node), node, "unknown node");
        }
    }

    /// <summary>Adds to a set of states those that are reached from a state without reading; only states that read, and <see cref="Accept"/>, are added.</summary>
    public void Close(int state, HashSet<int> passed, SortedSet<int> into)
    {
        var pending = new Stack<int>([state]);
        while (pending.TryPop(out state))
        {
            if (!passed.Add(state))
            {
                continue;
            }

            var (set, a, b) = _states[state];
            if (set is not null || state == Accept)
            {
                into.Add(state);
                continue;
            }

            pending.Push(a);
            pending.Push(b);
        }
    }

    private int Repeat(PatternNode body, int min, int? max, int next)
    {
        var start = next;
        if (max is null)
        {
            start = Add(null, next, next);
            _states[start] = (null, Add(body, start), next);
        }

        for (var i = min; i < max && !IsFull; i++)
        {
            start = Add(null, Add(body, start), next);
        }

        for (var i = 0; i < min && !IsFull; i++)
        {
            start = Add(body, start);
        }

        return start;
    }

    private int Add(CodePointSet? set, int a, int b)
    {
        _states.Add((set, a, b));
        return _states.Count - 1;
    }
}
