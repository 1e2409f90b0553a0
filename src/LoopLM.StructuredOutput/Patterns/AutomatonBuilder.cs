using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

/// <summary>Makes and combines deterministic automata, within bounds that all automata of a grammar share.</summary>
/// <param name="maxStates">Most states of one automaton.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class AutomatonBuilder(int maxStates, CancellationToken cancellation)
{
    /// <summary>Most work for one grammar. One is about what it takes to look at a state of a pattern: 100 ns, and 100 bytes.</summary>
    public const long MaxWork = 1 << 20;

    // What it takes to make a state, beside its moves.
    private const int StateWork = 16;

    /// <summary>Numbers of a table that are written or read with the work of one.</summary>
    private const int NumbersOfWork = 16;

    private long _work;

    /// <summary>Why an automaton cannot be had.</summary>
    public string Problem =>
        $"it takes too large an automaton; at most {maxStates} states, and {MaxWork} steps to make all of a grammar, are allowed";

    /// <summary>Counts work.</summary>
    /// <returns>False once too much of it was done.</returns>
    public bool TryWork(long amount) => (_work += amount) <= MaxWork;

    /// <summary>Counts the work of looking at some numbers of a table.</summary>
    /// <inheritdoc cref="TryWork"/>
    public bool TryRead(long numbers) => TryWork(1 + (numbers / NumbersOfWork));

    /// <summary>The letters that some sets do not tell apart.</summary>
    /// <returns>Null where that takes too much work.</returns>
    public Alphabet? TryAlphabet(IEnumerable<CodePointSet> sets)
    {
        var distinct = sets.ToHashSet();
        if (!TryWork(distinct.Sum(set => (long)set.Ranges.Count)))
        {
            return null;
        }

        // Every set is compared with what all of them tell apart.
        var borders = Alphabet.Borders(distinct);
        return TryRead((long)borders.Length * distinct.Count) ? new(distinct, borders) : null;
    }

    /// <summary>Makes the smallest automaton of some states.</summary>
    /// <param name="alphabet">What the states read.</param>
    /// <param name="start">The first state.</param>
    /// <param name="accepts">Whether a text may end in a state.</param>
    /// <param name="moves">Where a state goes on, at most once with each letter.</param>
    /// <returns>Null where it is too large.</returns>
    public CodePointAutomaton? TryBuild<TState>(
        Alphabet alphabet, TState start, Func<TState, bool> accepts, Func<TState, IEnumerable<(int Letter, TState Target)>> moves)
        where TState : notnull
    {
        var states = new List<TState> { start };
        var numbers = new Dictionary<TState, int> { [start] = 0 };
        var table = new AutomatonTable(alphabet);
        for (var state = 0; state < states.Count; state++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = table.Add(accepts(states[state]));
            foreach (var (letter, target) in moves(states[state]))
            {
                if (!numbers.TryGetValue(target, out row[letter]))
                {
                    row[letter] = states.Count;
                    numbers.Add(target, states.Count);
                    states.Add(target);
                }
            }

            if (states.Count > maxStates || !TryWork(StateWork) || !TryRead(row.Length))
            {
                return null;
            }
        }

        return TryReduce(table);
    }

    /// <summary>The texts that both accept.</summary>
    /// <inheritdoc cref="TryBuild" path="/returns"/>
    public CodePointAutomaton? TryIntersect(CodePointAutomaton left, CodePointAutomaton right)
    {
        if (left.IsAny || right.IsEmpty || right.IsAny || left.IsEmpty)
        {
            return left.IsAny || right.IsEmpty ? right : left;
        }

        if (TryAlphabet([.. left.Sets, .. right.Sets]) is not { } alphabet
            || TryTable(alphabet, left) is not { } first || TryTable(alphabet, right) is not { } second)
        {
            return null;
        }

        return TryBuild(alphabet, (Left: 0, Right: 0), state => first.Accepts(state.Left) && second.Accepts(state.Right), Moves);

        IEnumerable<(int, (int, int))> Moves((int Left, int Right) state)
        {
            var (one, two) = (first.Row(state.Left), second.Row(state.Right));
            for (var letter = 0; letter < one.Length; letter++)
            {
                if (one[letter] != AutomatonTable.Nowhere && two[letter] != AutomatonTable.Nowhere)
                {
                    yield return (letter, (one[letter], two[letter]));
                }
            }
        }
    }

    /// <summary>The texts that an automaton does not accept.</summary>
    /// <returns>Null where that takes too much work.</returns>
    public CodePointAutomaton? TryComplement(CodePointAutomaton automaton)
    {
        if (TryAlphabet(automaton.Sets) is not { } alphabet || TryTable(alphabet, automaton) is not { } given)
        {
            return null;
        }

        var (table, rest) = (new AutomatonTable(alphabet), given.Count);
        for (var state = 0; state <= rest; state++)
        {
            var row = table.Add(state == rest || !given.Accepts(state));
            for (var letter = 0; letter < row.Length; letter++)
            {
                row[letter] = state == rest || given.Row(state)[letter] == AutomatonTable.Nowhere ? rest : given.Row(state)[letter];
            }
        }

        return TryReduce(table);
    }

    private AutomatonTable? TryTable(Alphabet alphabet, CodePointAutomaton automaton)
    {
        if (!TryRead(automaton.States.Count * (long)alphabet.Letters.Count))
        {
            return null;
        }

        var table = new AutomatonTable(alphabet);
        table.Add(automaton);
        return table;
    }

    private CodePointAutomaton? TryReduce(AutomatonTable table) =>
        new AutomatonReduction(table, () => TryRead(table.Count * (table.Alphabet.Letters.Count + 1L))).TryReduce();
}
