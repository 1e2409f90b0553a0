namespace LoopLM.Text.Constraints.Patterns;

/// <summary>Makes patterns deterministic by the subset construction, together with bounds of the text's length.</summary>
/// <param name="maxStates">Most states of one automaton.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class PatternCompiler(int maxStates, CancellationToken cancellation)
{
    private const int MaxNondeterministicStates = 4096;
    private const long MaxWork = 1 << 22;

    // Of all patterns together.
    private long _work;

    /// <summary>Makes the automaton.</summary>
    /// <param name="pattern">The pattern, which stands for the whole text.</param>
    /// <param name="within">The code points that a text may have.</param>
    /// <param name="minLength">Fewest code points.</param>
    /// <param name="maxLength">Most code points; null for any number.</param>
    /// <param name="problem">Why there is none.</param>
    /// <returns>Null where the automaton would be too large or would accept nothing.</returns>
    public CodePointAutomaton? TryCompile(PatternNode pattern, CodePointSet within, int minLength, int? maxLength, out string? problem)
    {
        problem = null;
        var source = new NondeterministicAutomaton(MaxNondeterministicStates);
        var start = source.Add(pattern);
        var intervals = source.IsFull ? [] : Intervals(source, within);
        var states = new List<(int[] Sources, int Length)>();
        var numbers = new Dictionary<(string, int), int>();
        var moves = new List<List<(int Interval, int Target)>>();

        Number([start], 0);
        for (var state = 0; state < states.Count; state++)
        {
            cancellation.ThrowIfCancellationRequested();
            _work += (long)intervals.Count * (states[state].Sources.Length + 1);
            if (source.IsFull || states.Count > maxStates || _work > MaxWork)
            {
                problem = "it takes too large an automaton";
                return null;
            }

            var (sources, length) = states[state];
            for (var interval = 0; interval < intervals.Count && length != maxLength; interval++)
            {
                var first = intervals[interval].First;
                var next = sources.Where(at => source.SetOf(at)?.Contains(first) == true).Select(source.Next).ToArray();
                if (next.Length > 0)
                {
                    _work += next.Length;
                    moves[state].Add((interval, Number(next, maxLength is null ? Math.Min(length + 1, minLength) : length + 1)));
                }
            }
        }

        var result = Trim(states.ConvertAll(state => state.Sources.Contains(NondeterministicAutomaton.Accept) && state.Length >= minLength), moves, intervals);
        problem = result is null ? "no text matches it" : null;
        return result;

        int Number(int[] reached, int length)
        {
            var (passed, closed) = (new HashSet<int>(), new SortedSet<int>());
            foreach (var at in reached)
            {
                source.Close(at, passed, closed);
            }

            _work += passed.Count;
            var key = (string.Concat(closed.Select(at => (char)at)), length);
            if (!numbers.TryGetValue(key, out var number))
            {
                number = states.Count;
                numbers.Add(key, number);
                states.Add(([.. closed], length));
                moves.Add([]);
            }

            return number;
        }
    }

    // The longest ranges that no set of the pattern tells apart.
    private static List<(int First, int Last)> Intervals(NondeterministicAutomaton source, CodePointSet within)
    {
        var borders = new SortedSet<int>();
        for (var state = 0; state < source.Count; state++)
        {
            AddBorders(source.SetOf(state));
        }

        AddBorders(within);
        var intervals = borders.Zip(borders.Skip(1), (first, end) => (first, end - 1)).ToList();
        intervals.RemoveAll(interval => !within.Contains(interval.first));
        return intervals;

        void AddBorders(CodePointSet? set)
        {
            foreach (var (first, last) in set?.Ranges ?? [])
            {
                borders.Add(first);
                borders.Add(last + 1);
            }
        }
    }

    // Keeps the states that lead to one that accepts.
    private static CodePointAutomaton? Trim(
        List<bool> accepts, List<List<(int Interval, int Target)>> moves, List<(int First, int Last)> intervals)
    {
        var sources = new List<int>[accepts.Count];
        for (var state = 0; state < sources.Length; state++)
        {
            sources[state] = [];
        }

        for (var state = 0; state < sources.Length; state++)
        {
            moves[state].ForEach(move => sources[move.Target].Add(state));
        }

        var pending = new Stack<int>(Enumerable.Range(0, accepts.Count).Where(state => accepts[state]));
        var useful = new bool[accepts.Count];
        while (pending.TryPop(out var state))
        {
            if (!useful[state])
            {
                useful[state] = true;
                sources[state].ForEach(pending.Push);
            }
        }

        if (!useful[0])
        {
            return null;
        }

        var kept = Enumerable.Range(0, accepts.Count).Where(state => useful[state]).ToList();
        var numbers = kept.Select((state, number) => (state, number)).ToDictionary();
        return new(kept.ConvertAll(state => new CodePointAutomaton.State(
            accepts[state],
            [.. moves[state].Where(move => useful[move.Target]).GroupBy(move => move.Target, move => intervals[move.Interval])
                .Select(group => (new CodePointSet(group), numbers[group.Key]))])));
    }
}
