namespace LoopLM.Text.Constraints.Patterns;

/// <summary>Makes automata small: drops states that lead to no end, and merges states from which the same texts are accepted (Moore 1956).</summary>
internal static class AutomatonReduction
{
    private const int Never = int.MaxValue;

    // Rounds of refinement times states; with more an automaton stays as large as it is.
    private const int MaxWork = 1 << 17;

    /// <summary>The smallest automaton that accepts the same texts, as far as the work is bounded.</summary>
    public static CodePointAutomaton Reduce(IReadOnlyList<CodePointAutomaton.State> states)
    {
        var distances = Distances(states);
        if (distances[0] == Never)
        {
            return CodePointAutomaton.Empty;
        }

        // States that are as far from an end begin as one class; each round tells apart those that go to different classes.
        var classes = distances;
        var count = distances.Distinct().Count();
        for (var round = 1; ; round++)
        {
            var refined = Refine(states, classes, out var more);
            if (more == count)
            {
                return Merge(states, distances, classes);
            }

            (classes, count) = (refined, more);
            if (round * (long)states.Count > MaxWork)
            {
                return Merge(states, distances, [.. Enumerable.Range(0, states.Count)]);
            }
        }
    }

    // By state: the fewest code points to a state that accepts.
    private static int[] Distances(IReadOnlyList<CodePointAutomaton.State> states)
    {
        var sources = new List<int>[states.Count];
        for (var state = 0; state < sources.Length; state++)
        {
            sources[state] = [];
        }

        var distances = new int[states.Count];
        var pending = new Queue<int>();
        for (var state = 0; state < distances.Length; state++)
        {
            distances[state] = states[state].Accepts ? 0 : Never;
            if (states[state].Accepts)
            {
                pending.Enqueue(state);
            }

            foreach (var (set, target) in states[state].Moves)
            {
                if (!set.IsEmpty)
                {
                    sources[target].Add(state);
                }
            }
        }

        while (pending.TryDequeue(out var state))
        {
            foreach (var source in sources[state])
            {
                if (distances[source] == Never)
                {
                    distances[source] = distances[state] + 1;
                    pending.Enqueue(source);
                }
            }
        }

        return distances;
    }

    private static int[] Refine(IReadOnlyList<CodePointAutomaton.State> states, int[] classes, out int count)
    {
        var numbers = new Dictionary<Signature, int>();
        var refined = new int[states.Count];
        for (var state = 0; state < refined.Length; state++)
        {
            var signature = new Signature(classes[state], Moves(states[state], classes));
            if (!numbers.TryGetValue(signature, out refined[state]))
            {
                refined[state] = numbers.Count;
                numbers.Add(signature, refined[state]);
            }
        }

        count = numbers.Count;
        return refined;
    }

    // The moves by class, one for each.
    private static (CodePointSet Set, int Class)[] Moves(CodePointAutomaton.State state, int[] classes)
    {
        var moves = new (CodePointSet Set, int Class)[state.Moves.Count];
        var count = 0;
        foreach (var (set, target) in state.Moves)
        {
            var known = Array.FindIndex(moves, 0, count, move => move.Class == classes[target]);
            if (known >= 0)
            {
                moves[known].Set = moves[known].Set.Union(set);
            }
            else if (!set.IsEmpty)
            {
                moves[count++] = (set, classes[target]);
            }
        }

        Array.Resize(ref moves, count);
        Array.Sort(moves, (left, right) => left.Class.CompareTo(right.Class));
        return moves;
    }

    private static CodePointAutomaton Merge(IReadOnlyList<CodePointAutomaton.State> states, int[] distances, int[] classes)
    {
        // One state of each class that leads to an end; that of the first state comes first.
        var numbers = new Dictionary<int, int>();
        var members = new List<int>();
        for (var state = 0; state < states.Count; state++)
        {
            if (distances[state] != Never && numbers.TryAdd(classes[state], members.Count))
            {
                members.Add(state);
            }
        }

        return new(members.ConvertAll(member => new CodePointAutomaton.State(
            states[member].Accepts,
            [.. Moves(states[member], classes).Where(move => numbers.ContainsKey(move.Class)).Select(move => (move.Set, numbers[move.Class]))])));
    }

    private readonly record struct Signature(int Class, (CodePointSet Set, int Class)[] Moves)
    {
        public bool Equals(Signature other) => Class == other.Class && Moves.AsSpan().SequenceEqual(other.Moves);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Class);
            foreach (var move in Moves)
            {
                hash.Add(move);
            }

            return hash.ToHashCode();
        }
    }
}
