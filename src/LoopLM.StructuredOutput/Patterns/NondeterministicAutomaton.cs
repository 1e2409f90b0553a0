using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

/// <summary>A pattern as a nondeterministic automaton (Thompson 1968), with states that ask what stands before and behind them.</summary>
/// <param name="maxStates">Where there would be more, the pattern is refused.</param>
internal sealed class NondeterministicAutomaton(int maxStates)
{
    /// <summary>The state that accepts and goes nowhere.</summary>
    public const int Accept = 0;

    private readonly List<State> _states = [new(StateKind.Accept)];
    private readonly List<PatternNode.LookAhead> _lookAheads = [];

    /// <summary>Whether the pattern needs more states than are allowed.</summary>
    public bool IsFull => _states.Count > maxStates;

    public IReadOnlyList<State> States => _states;

    /// <summary>What <see cref="StateKind.LookAhead"/> and <see cref="StateKind.WordBoundary"/> refer to.</summary>
    public IReadOnlyList<PatternNode.LookAhead> LookAheads => _lookAheads;

    /// <summary>Adds a pattern; gives the state where it begins.</summary>
    public int Add(PatternNode node, int next = Accept)
    {
        switch (node)
        {
            case PatternNode.Character(var set):
                return Add(new(StateKind.Character, next, Set: set));
            case PatternNode.Sequence(var parts):
                for (var i = parts.Count - 1; i >= 0 && !IsFull; i--)
                {
                    next = Add(parts[i], next);
                }

                return next;
            case PatternNode.Choice({ Count: 0 }):
                return Add(new(StateKind.Character, next, Set: new CodePointSet()));
            case PatternNode.Choice(var options):
                var choice = Add(options[^1], next);
                for (var i = options.Count - 2; i >= 0 && !IsFull; i--)
                {
                    choice = Add(new(StateKind.Split, Add(options[i], next), choice));
                }

                return choice;
            case PatternNode.Repetition(var body, var min, var max):
                return Repeat(body, min, max, next);
            case PatternNode.Start:
                return Add(new(StateKind.Start, next));
            case PatternNode.LookAhead lookAhead:
                return Add(new(StateKind.LookAhead, next, LookAhead(lookAhead)));
            case PatternNode.WordBoundary(var negative):
                var word = new PatternNode.Character(PatternClasses.Word);
                var (follows, ends) = (LookAhead(new(word, Negative: false)), LookAhead(new(word, Negative: true)));
                return Add(new(StateKind.WordBoundary, next, negative ? ends : follows, negative ? follows : ends));
            default:
                throw new ArgumentOutOfRangeException(nameof(node), node, "unknown node");
        }
    }

    private int LookAhead(PatternNode.LookAhead lookAhead)
    {
        var index = _lookAheads.IndexOf(lookAhead);
        if (index < 0)
        {
            index = _lookAheads.Count;
            _lookAheads.Add(lookAhead);
        }

        return index;
    }

    private int Repeat(PatternNode body, int min, int? max, int next)
    {
        var start = next;
        if (max is null)
        {
            start = Add(new(StateKind.Split, next, next));
            _states[start] = new(StateKind.Split, Add(body, start), next);
        }

        for (var i = min; i < max && !IsFull; i++)
        {
            start = Add(new(StateKind.Split, Add(body, start), next));
        }

        for (var i = 0; i < min && !IsFull; i++)
        {
            start = Add(body, start);
        }

        return start;
    }

    private int Add(State state)
    {
        _states.Add(state);
        return _states.Count - 1;
    }

    /// <summary>What a state does.</summary>
    internal enum StateKind
    {
        /// <summary>Ends the pattern.</summary>
        Accept,

        /// <summary>Reads a code point of the set, then goes on at A.</summary>
        Character,

        /// <summary>Goes on at A, and at B.</summary>
        Split,

        /// <summary>Goes on at A where the text begins.</summary>
        Start,

        /// <summary>Goes on at A where look-ahead B holds.</summary>
        LookAhead,

        /// <summary>Goes on at A: behind a character of a word where look-ahead C holds, elsewhere where B does.</summary>
        WordBoundary,
    }

    internal readonly record struct State(StateKind Kind, int A = 0, int B = 0, int C = 0, CodePointSet? Set = null);
}
