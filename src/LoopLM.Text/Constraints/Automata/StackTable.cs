namespace LoopLM.Text.Constraints.Automata;

/// <summary>Stacks of frames as a forest: equal stacks have equal numbers, and stacks share what is below their tops. 0 is the empty stack.</summary>
/// <param name="grammar">Says what it takes to finish a frame.</param>
internal sealed class StackTable(TextGrammar grammar)
{
    public const int Empty = 0;

    private const long Huge = long.MaxValue / 4;

    private readonly Dictionary<StackFrame, int> _numbers = [];
    private readonly List<(StackFrame Frame, int Depth, long BytesToEnd)> _stacks = [default];

    public int Count => _stacks.Count;

    public StackFrame Top(int stack) => _stacks[stack].Frame;

    /// <summary>Calls that are open.</summary>
    public int Depth(int stack) => _stacks[stack].Depth;

    /// <summary>The fewest bytes that finish every frame.</summary>
    public long BytesToEnd(int stack) => _stacks[stack].BytesToEnd;

    public int Push(StackFrame frame)
    {
        if (!_numbers.TryGetValue(frame, out var number))
        {
            number = _stacks.Count;
            var below = _stacks[frame.Below];
            _numbers.Add(frame, number);
            _stacks.Add((frame, below.Depth + (frame.Count < 0 ? 1 : 0), Math.Min(below.BytesToEnd + Rest(frame), Huge)));
        }

        return number;
    }

    public void Clear()
    {
        _numbers.Clear();
        _stacks.RemoveRange(1, _stacks.Count - 1);
    }

    private long Rest(StackFrame frame)
    {
        var costs = grammar.BytesToEnd;
        if (frame.Count < 0)
        {
            return costs[frame.Place];
        }

        var repeat = grammar.Code[frame.Place];
        if (repeat.Op == Opcode.Measure)
        {
            // What is left of the text itself depends on the state of its automaton, which stands beside the stack.
            return costs[repeat.B];
        }

        var runs = repeat.Min - frame.Count - 1;
        return runs > 0 ? (long)Int128.Min((Int128)costs[repeat.A] * runs + costs[repeat.B], Huge) : costs[repeat.B];
    }
}
