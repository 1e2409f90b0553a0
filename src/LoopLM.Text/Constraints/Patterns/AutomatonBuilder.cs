namespace LoopLM.Text.Constraints.Patterns;

/// <summary>Makes deterministic automata by following their moves from the first state on, within bounds that all automata of a grammar share.</summary>
/// <param name="maxStates">Most states of one automaton.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class AutomatonBuilder(int maxStates, CancellationToken cancellation)
{
    private const long MaxWork = 1 << 20;

    // What it takes to make an automaton small, for each of its states.
    private const int ReductionWork = 32;

    private long _work;

    /// <summary>Counts work that is done.</summary>
    /// <returns>False once too much of it was done.</returns>
    public bool TryWork(long amount) => (_work += amount) <= MaxWork;

    /// <summary>Makes the smallest automaton of some states.</summary>
    /// <param name="start">The first state.</param>
    /// <param name="accepts">Whether a text may end in a state.</param>
    /// <param name="moves">Where a state goes on: sets that have no code point in common.</param>
    /// <returns>Null where there are too many states.</returns>
    public CodePointAutomaton? TryBuild<TState>(
        TState start, Func<TState, bool> accepts, Func<TState, IEnumerable<(CodePointSet Set, TState Target)>> moves)
        where TState : notnull
    {
        var states = new List<TState> { start };
        var numbers = new Dictionary<TState, int> { [start] = 0 };
        var made = new List<CodePointAutomaton.State>();
        for (var state = 0; state < states.Count; state++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sets = new Dictionary<int, CodePointSet>();
            foreach (var (set, target) in moves(states[state]))
            {
                if (!numbers.TryGetValue(target, out var number))
                {
                    number = states.Count;
                    numbers.Add(target, number);
                    states.Add(target);
                }

                sets[number] = sets.TryGetValue(number, out var known) ? known.Union(set) : set;
            }

            made.Add(new(accepts(states[state]), [.. sets.Select(move => (move.Value, move.Key))]));
            if (states.Count > maxStates || !TryWork(ReductionWork + sets.Count))
            {
                return null;
            }
        }

        return AutomatonReduction.Reduce(made);
    }

    /// <summary>The texts that both accept.</summary>
    public CodePointAutomaton? TryIntersect(CodePointAutomaton left, CodePointAutomaton right) =>
        left.IsAny || right.IsEmpty ? right
        : right.IsAny || left.IsEmpty ? left
        : TryBuild(
            (Left: 0, Right: 0),
            state => left.States[state.Left].Accepts && right.States[state.Right].Accepts,
            state =>
                from one in left.States[state.Left].Moves
                from two in right.States[state.Right].Moves
                let set = one.Set.Intersect(two.Set)
                where TryWork(1) && !set.IsEmpty
                select (set, (one.Target, two.Target)));

    /// <summary>The texts that the first accepts and the second does not.</summary>
    public CodePointAutomaton? TryExcept(CodePointAutomaton left, CodePointAutomaton right) => TryIntersect(left, Complement(right));

    /// <summary>The texts that an automaton does not accept.</summary>
    public static CodePointAutomaton Complement(CodePointAutomaton automaton)
    {
        var rest = automaton.States.Count;
        var states = automaton.States.Select(state => new CodePointAutomaton.State(
            !state.Accepts, [.. state.Moves, (new CodePointSet(state.Moves.SelectMany(move => move.Set.Ranges)).Complement(), rest)]));
        return AutomatonReduction.Reduce([.. states, new(true, [(CodePointSet.All, rest)])]);
    }
}
