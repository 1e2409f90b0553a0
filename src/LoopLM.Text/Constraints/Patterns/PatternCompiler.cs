using static LoopLM.Text.Constraints.Patterns.NondeterministicAutomaton;

namespace LoopLM.Text.Constraints.Patterns;

/// <summary>
/// Makes patterns deterministic by the subset construction. A look-ahead becomes an automaton of its own, which runs beside what follows
/// it and has to accept the rest of the text; so it may stand anywhere, also in what is repeated.
/// </summary>
/// <param name="builder">Bounds the work of all patterns together.</param>
internal sealed class PatternCompiler(AutomatonBuilder builder)
{
    private const int MaxNondeterministicStates = 4096;

    private const string TooLarge = "it takes too large an automaton";

    private readonly AutomatonBuilder _builder = builder;

    /// <summary>Makes the automaton.</summary>
    /// <param name="pattern">The pattern, which stands for the whole text.</param>
    /// <param name="problem">Why there is none; null where there is one.</param>
    /// <returns>Null where the automaton would be too large. One that accepts nothing where no text matches.</returns>
    public CodePointAutomaton? TryCompile(PatternNode pattern, out string? problem)
    {
        var automaton = TryCompile(pattern, new Position(AtStart: true, AfterWord: false));
        problem = automaton is null ? TooLarge : null;
        return automaton;
    }

    private CodePointAutomaton? TryCompile(PatternNode pattern, Position position)
    {
        var source = new NondeterministicAutomaton(MaxNondeterministicStates);
        var start = source.Add(pattern);
        return source.IsFull ? null : new Subsets(this, source, Letters(pattern)).TryBuild(start, position);
    }

    // The largest sets that the pattern does not tell apart, each with a code point of it.
    private List<(int First, CodePointSet Set)> Letters(PatternNode pattern)
    {
        var sets = pattern.Descendants().Select(node => node switch
        {
            PatternNode.Character(var set) => set,
            PatternNode.WordBoundary => PatternClasses.Word,
            _ => CodePointSet.All,
        }).ToHashSet();
        var borders = new SortedSet<int>(sets.SelectMany(set => set.Ranges).SelectMany(range => new[] { range.First, range.Last + 1 }));
        borders.UnionWith(CodePointSet.All.Ranges.SelectMany(range => new[] { range.First, range.Last + 1 }));
        var intervals = borders.Zip(borders.Skip(1), (first, end) => (First: first, Last: end - 1))
            .Where(interval => CodePointSet.All.Contains(interval.First));
        return _builder.TryWork((long)borders.Count * sets.Count)
            ? intervals.GroupBy(interval => string.Concat(sets.Select(set => set.Contains(interval.First) ? '1' : '0')))
                .Select(group => (group.First().First, new CodePointSet(group))).ToList()
            : [];
    }

    // What stands before a place.
    private readonly record struct Position(bool AtStart, bool AfterWord);

    // The subset construction of one automaton.
    private sealed class Subsets(PatternCompiler compiler, NondeterministicAutomaton source, List<(int First, CodePointSet Set)> letters)
    {
        private readonly Obligations _obligations = new();
        private readonly Dictionary<(int LookAhead, Position), int> _automata = [];
        private bool _isTooLarge = letters.Count == 0;

        public CodePointAutomaton? TryBuild(int start, Position position)
        {
            var first = Close([(start, Obligations.None)], position);
            var automaton = compiler._builder.TryBuild(first, Accepts, Moves);
            return _isTooLarge ? null : automaton;
        }

        private bool Accepts(ThreadSet set)
        {
            foreach (var (state, obligations) in set.Threads)
            {
                if (state == Accept && _obligations.Accept(obligations))
                {
                    return true;
                }
            }

            return false;
        }

        private IEnumerable<(CodePointSet Set, ThreadSet Target)> Moves(ThreadSet set)
        {
            foreach (var (first, letter) in letters)
            {
                if (_isTooLarge || !compiler._builder.TryWork(1 + set.Threads.Length))
                {
                    _isTooLarge = true;
                    yield break;
                }

                var target = Close(Read(set, first), new(AtStart: false, AfterWord: PatternClasses.Word.Contains(first)));
                if (!target.Threads.IsEmpty)
                {
                    yield return (letter, target);
                }
            }
        }

        private List<(int State, int Obligations)> Read(ThreadSet set, int codePoint)
        {
            var read = new List<(int, int)>();
            foreach (var (state, obligations) in set.Threads)
            {
                if (source.States[state] is { Kind: StateKind.Character } reading && reading.Set!.Contains(codePoint)
                    && _obligations.Step(obligations, codePoint) is var rest && rest != Obligations.Impossible)
                {
                    read.Add((reading.A, rest));
                }
            }

            return read;
        }

        // Adds what is reached without reading; only states that read, and the one that accepts, are kept.
        private ThreadSet Close(IEnumerable<(int State, int Obligations)> threads, Position position)
        {
            var (passed, kept) = (new HashSet<(int, int)>(), new List<(int, int)>());
            var pending = new Stack<(int State, int Obligations)>(threads);
            while (pending.TryPop(out var thread))
            {
                if (thread.Obligations == Obligations.Impossible || !passed.Add(thread))
                {
                    continue;
                }

                var state = source.States[thread.State];
                switch (state.Kind)
                {
                    case StateKind.Accept or StateKind.Character:
                        kept.Add(thread);
                        break;
                    case StateKind.Split:
                        pending.Push((state.A, thread.Obligations));
                        pending.Push((state.B, thread.Obligations));
                        break;
                    case StateKind.Start when position.AtStart:
                        pending.Push((state.A, thread.Obligations));
                        break;
                    case StateKind.LookAhead:
                        pending.Push((state.A, With(thread.Obligations, state.B, position)));
                        break;
                    case StateKind.WordBoundary:
                        pending.Push((state.A, With(thread.Obligations, position.AfterWord ? state.C : state.B, position)));
                        break;
                }
            }

            _isTooLarge |= !compiler._builder.TryWork(passed.Count);
            return new(kept);
        }

        private int With(int obligations, int lookAhead, Position position)
        {
            var (body, negative) = source.LookAheads[lookAhead];
            position = body.Descendants().Any(node => node is PatternNode.Start or PatternNode.WordBoundary) ? position : default;
            if (!_automata.TryGetValue((lookAhead, position), out var automaton))
            {
                var compiled = compiler.TryCompile(new PatternNode.Sequence(body, PatternNode.AnyText), position);
                _isTooLarge |= compiled is null;
                compiled ??= CodePointAutomaton.Empty;
                automaton = _obligations.Register(negative ? AutomatonBuilder.Complement(compiled) : compiled);
                _automata.Add((lookAhead, position), automaton);
            }

            return _obligations.With(obligations, automaton);
        }
    }
}
