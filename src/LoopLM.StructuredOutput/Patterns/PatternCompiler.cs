using LoopLM.StructuredOutput.Unicode;
using static LoopLM.StructuredOutput.Patterns.NondeterministicAutomaton;

namespace LoopLM.StructuredOutput.Patterns;

/// <summary>
/// Makes patterns deterministic by the subset construction. A look-ahead becomes an automaton of its own, which runs beside what follows
/// it and has to accept the rest of the text; so it may stand anywhere, also in what is repeated.
/// </summary>
/// <param name="builder">Bounds the work of all patterns together.</param>
internal sealed class PatternCompiler(AutomatonBuilder builder)
{
    private const int MaxNondeterministicStates = 4096;

    private readonly AutomatonBuilder _builder = builder;

    /// <summary>Makes the automaton.</summary>
    /// <param name="pattern">The pattern, which stands for the whole text.</param>
    /// <param name="problem">Why there is none; null where there is one.</param>
    /// <returns>Null where the automaton would be too large. One that accepts nothing where no text matches.</returns>
    public CodePointAutomaton? TryCompile(PatternNode pattern, out string? problem)
    {
        var automaton = TryCompile(pattern, new Position(AtStart: true, AfterWord: false));
        problem = automaton is null ? _builder.Problem : null;
        return automaton;
    }

    private CodePointAutomaton? TryCompile(PatternNode pattern, Position position)
    {
        var source = new NondeterministicAutomaton(MaxNondeterministicStates);
        var start = source.Add(pattern);
        return source.IsFull || TryAlphabet(pattern) is not { } alphabet ? null : new Subsets(this, source, alphabet).TryBuild(start, position);
    }

    // What the pattern does not tell apart.
    private Alphabet? TryAlphabet(PatternNode pattern) => _builder.TryAlphabet(pattern.Descendants().Select(node => node switch
    {
        PatternNode.Character(var set) => set,
        PatternNode.WordBoundary => PatternClasses.Word,
        _ => CodePointSet.All,
    }));

    // What stands before a place.
    private readonly record struct Position(bool AtStart, bool AfterWord);

    // The subset construction of one automaton.
    private sealed class Subsets(PatternCompiler compiler, NondeterministicAutomaton source, Alphabet alphabet)
    {
        private readonly Obligations _obligations = new(compiler._builder);
        private readonly Dictionary<(int LookAhead, Position), int> _automata = [];
        private readonly Dictionary<PatternNode, bool> _seesBefore = new(ReferenceEqualityComparer.Instance);
        private readonly int[] _firsts = [.. alphabet.Letters.Select(letter => letter.Ranges[0].First)];

        // Of the state being made.
        private readonly HashSet<(int, int)> _passed = [];
        private readonly List<(int State, int Obligations)> _kept = [];
        private readonly Stack<(int State, int Obligations)> _pending = [];
        private bool _isTooLarge;

        public CodePointAutomaton? TryBuild(int start, Position position)
        {
            _pending.Push((start, Obligations.None));
            var automaton = compiler._builder.TryBuild(alphabet, Close(position), Accepts, Moves);
            return _isTooLarge || _obligations.IsTooLarge ? null : automaton;
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

        private IEnumerable<(int Letter, ThreadSet Target)> Moves(ThreadSet set)
        {
            for (var letter = 0; letter < _firsts.Length; letter++)
            {
                if (_isTooLarge || !compiler._builder.TryWork(1 + set.Threads.Length))
                {
                    _isTooLarge = true;
                    yield break;
                }

                Read(set, _firsts[letter]);
                var target = Close(new(AtStart: false, AfterWord: PatternClasses.Word.Contains(_firsts[letter])));
                if (!target.Threads.IsEmpty)
                {
                    yield return (letter, target);
                }
            }
        }

        private void Read(ThreadSet set, int codePoint)
        {
            foreach (var (state, obligations) in set.Threads)
            {
                if (source.States[state] is { Kind: StateKind.Character } reading && reading.Set!.Contains(codePoint))
                {
                    _pending.Push((reading.A, _obligations.Step(obligations, codePoint)));
                }
            }
        }

        // Adds what is reached without reading from what is pending; only states that read, and the one that accepts, are kept.
        private ThreadSet Close(Position position)
        {
            _passed.Clear();
            _kept.Clear();
            while (_pending.TryPop(out var thread))
            {
                if (thread.Obligations == Obligations.Impossible || !_passed.Add(thread))
                {
                    continue;
                }

                var state = source.States[thread.State];
                switch (state.Kind)
                {
                    case StateKind.Accept or StateKind.Character:
                        _kept.Add(thread);
                        break;
                    case StateKind.Split:
                        _pending.Push((state.A, thread.Obligations));
                        _pending.Push((state.B, thread.Obligations));
                        break;
                    case StateKind.Start when position.AtStart:
                        _pending.Push((state.A, thread.Obligations));
                        break;
                    case StateKind.LookAhead:
                        _pending.Push((state.A, With(thread.Obligations, state.B, position)));
                        break;
                    case StateKind.WordBoundary:
                        _pending.Push((state.A, With(thread.Obligations, position.AfterWord ? state.C : state.B, position)));
                        break;
                }
            }

            _isTooLarge |= !compiler._builder.TryWork(_passed.Count);
            return new(_kept);
        }

        private int With(int obligations, int lookAhead, Position position)
        {
            var (body, negative) = source.LookAheads[lookAhead];
            if (!_seesBefore.TryGetValue(body, out var seesBefore))
            {
                seesBefore = body.Descendants().Any(node => node is PatternNode.Start or PatternNode.WordBoundary);
                _seesBefore.Add(body, seesBefore);
            }

            position = seesBefore ? position : default;
            if (!_automata.TryGetValue((lookAhead, position), out var automaton))
            {
                var compiled = compiler.TryCompile(new PatternNode.Sequence(body, PatternNode.AnyText), position);
                compiled = compiled is not null && negative ? compiler._builder.TryComplement(compiled) : compiled;
                _isTooLarge |= compiled is null;
                automaton = _obligations.Register(compiled ?? CodePointAutomaton.Empty);
                _automata.Add((lookAhead, position), automaton);
            }

            return _obligations.With(obligations, automaton);
        }
    }
}
