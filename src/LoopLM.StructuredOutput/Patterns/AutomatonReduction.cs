using System.Runtime.InteropServices;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Patterns;

/// <summary>
/// Makes an automaton small: drops states that lead to no end, and merges states from which the same texts are accepted (Moore 1956).
/// </summary>
/// <param name="table">The automaton, which is used up.</param>
/// <param name="tryRound">Counts the work of looking at the whole table once; false where that is too much.</param>
internal sealed class AutomatonReduction(AutomatonTable table, Func<bool> tryRound)
{
    private readonly int[] _distances = new int[table.Count];

    // By state: its class, and in the next round. States that go nowhere have none.
    private int[] _classes = new int[table.Count];
    private int[] _refined = new int[table.Count];

    // States of different classes by the hash of what they are compared by.
    private readonly Dictionary<int, int> _heads = [];
    private readonly int[] _next = new int[table.Count];
    private readonly int[] _signature = new int[table.Alphabet.Letters.Count + 1];

    /// <summary>The smallest automaton that accepts the same texts; null where that takes too much work.</summary>
    public CodePointAutomaton? TryReduce()
    {
        FindDistances();
        if (_distances[0] == AutomatonTable.Nowhere)
        {
            return CodePointAutomaton.Empty;
        }

        // States that are as far from an end begin as one class; each round tells apart those that go to different classes.
        _distances.CopyTo(_classes, 0);
        var count = _distances.Distinct().Count();
        for (var before = 0; before != count;)
        {
            if (!tryRound())
            {
                return null;
            }

            (before, count) = (count, Refine());
            (_classes, _refined) = (_refined, _classes);
        }

        return Merge();
    }

    // By state: the fewest letters to a state that accepts. Moves that lead to no end are dropped.
    private void FindDistances()
    {
        var sources = new List<int>[table.Count];
        var seen = new int[table.Count];
        var pending = new Queue<int>();
        for (var state = 0; state < sources.Length; state++)
        {
            (sources[state], seen[state]) = ([], AutomatonTable.Nowhere);
            _distances[state] = table.Accepts(state) ? 0 : AutomatonTable.Nowhere;
        }

        for (var state = 0; state < sources.Length; state++)
        {
            if (table.Accepts(state))
            {
                pending.Enqueue(state);
            }

            foreach (var target in table.Row(state))
            {
                if (target != AutomatonTable.Nowhere && seen[target] != state)
                {
                    seen[target] = state;
                    sources[target].Add(state);
                }
            }
        }

        while (pending.TryDequeue(out var state))
        {
            foreach (var source in sources[state])
            {
                if (_distances[source] == AutomatonTable.Nowhere)
                {
                    _distances[source] = _distances[state] + 1;
                    pending.Enqueue(source);
                }
            }
        }

        for (var state = 0; state < sources.Length; state++)
        {
            foreach (ref var target in table.Row(state).AsSpan())
            {
                target = target != AutomatonTable.Nowhere && _distances[target] == AutomatonTable.Nowhere ? AutomatonTable.Nowhere : target;
            }
        }
    }

    // Gives the classes of the next round; returns how many there are.
    private int Refine()
    {
        var count = 0;
        _heads.Clear();
        for (var state = 0; state < _refined.Length; state++)
        {
            var row = table.Row(state);
            _signature[^1] = _classes[state];
            for (var letter = 0; letter < row.Length; letter++)
            {
                _signature[letter] = ClassOf(row[letter]);
            }

            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(_signature.AsSpan()));
            var key = hash.ToHashCode();
            var head = _heads.GetValueOrDefault(key, AutomatonTable.Nowhere);
            var alike = head;
            while (alike != AutomatonTable.Nowhere && !HasSignature(alike))
            {
                alike = _next[alike];
            }

            if (alike != AutomatonTable.Nowhere)
            {
                _refined[state] = _refined[alike];
            }
            else
            {
                _refined[state] = count++;
                (_next[state], _heads[key]) = (head, state);
            }
        }

        return count;
    }

    private bool HasSignature(int state)
    {
        var row = table.Row(state);
        for (var letter = 0; letter < row.Length; letter++)
        {
            if (_signature[letter] != ClassOf(row[letter]))
            {
                return false;
            }
        }

        return _signature[^1] == _classes[state];
    }

    private int ClassOf(int state) => state == AutomatonTable.Nowhere ? AutomatonTable.Nowhere : _classes[state];

    private CodePointAutomaton Merge()
    {
        // One state of each class that leads to an end; that of the first state comes first.
        var numbers = new Dictionary<int, int>();
        var members = new List<int>();
        for (var state = 0; state < table.Count; state++)
        {
            if (_distances[state] != AutomatonTable.Nowhere && numbers.TryAdd(_classes[state], members.Count))
            {
                members.Add(state);
            }
        }

        return new(members.ConvertAll(member => new CodePointAutomaton.State(table.Accepts(member), [.. Moves(table.Row(member))])));

        // The letters that lead to one state, together.
        IEnumerable<(CodePointSet Set, int Target)> Moves(int[] row) => row.Index()
            .Where(move => move.Item != AutomatonTable.Nowhere)
            .GroupBy(move => numbers[_classes[move.Item]], move => move.Index)
            .OrderBy(letters => letters.Key)
            .Select(letters => (table.Alphabet.Union(letters), letters.Key));
    }
}
