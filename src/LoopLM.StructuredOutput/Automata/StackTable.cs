namespace LoopLM.StructuredOutput.Automata;

/// <summary>Stacks of frames as a forest: equal stacks have equal numbers, and stacks share what is below their tops. 0 is the empty stack.</summary>
/// <param name="grammar">Says what it takes to finish a frame.</param>
/// <param name="tokenBytes">Bytes of the longest token: how far a count can rise at once.</param>
internal sealed class StackTable(TextGrammar grammar, int tokenBytes)
{
    public const int Empty = 0;

    /// <summary>Bytes of a token that is tried wherever a count is not close to its end.</summary>
    public const int ShortToken = 32;

    private const long Huge = long.MaxValue / 4;

    // In place of counts that are far from both ends for every token, and for short ones.
    private const int Far = -2;
    private const int FarForShort = -3;

    private readonly Dictionary<StackFrame, int> _numbers = [];
    private readonly List<(StackFrame Frame, int Depth, long BytesToEnd, UInt128 Kind, bool IsShort)> _stacks = [default];

    public int Count => _stacks.Count;

    public StackFrame Top(int stack) => _stacks[stack].Frame;

    /// <summary>Calls that are open.</summary>
    public int Depth(int stack) => _stacks[stack].Depth;

    /// <summary>The fewest bytes that finish every frame.</summary>
    public long BytesToEnd(int stack) => _stacks[stack].BytesToEnd;

    /// <summary>A hash that is equal for stacks that allow the same tokens: they differ at most in counts that no token brings to an end.</summary>
    public UInt128 Kind(int stack) => _stacks[stack].Kind;

    /// <summary>Whether that holds for tokens of at most <see cref="ShortToken"/> bytes only.</summary>
    public bool IsShort(int stack) => _stacks[stack].IsShort;

    /// <summary>Hashes two numbers onto a hash (FNV-1a with 128 bits).</summary>
    public static UInt128 Mix(UInt128 hash, int first, int second)
    {
        var prime = new UInt128(0x0000000001000000, 0x000000000000013B);
        hash = (hash ^ (((ulong)(uint)first << 32) | (uint)second)) * prime;
        return (hash ^ (hash >> 64)) * prime;
    }

    public int Push(StackFrame frame)
    {
        if (!_numbers.TryGetValue(frame, out var number))
        {
            number = _stacks.Count;
            var below = _stacks[frame.Below];
            var count = KindOfCount(frame);
            _numbers.Add(frame, number);
            _stacks.Add((
                frame,
                below.Depth + (frame.Count < 0 ? 1 : 0),
                Math.Min(below.BytesToEnd + Rest(frame), Huge),
                Mix(below.Kind, frame.Place, count),
                below.IsShort || count == FarForShort));
        }

        return number;
    }

    public void Clear()
    {
        _numbers.Clear();
        _stacks.RemoveRange(1, _stacks.Count - 1);
    }

    private int KindOfCount(StackFrame frame)
    {
        if (frame.Count < 0)
        {
            return frame.Count;
        }

        var instruction = grammar.Code[frame.Place];
        var (min, max) = (instruction.Min, instruction.Max < 0 ? int.MaxValue : instruction.Max);
        if (instruction.Op == Opcode.Measure)
        {
            var measure = grammar.Measures[instruction.Min];
            (min, max) = (measure.Min, measure.Max - measure.Reach ?? int.MaxValue);
        }

        var left = max - frame.Count;
        return frame.Count < min ? frame.Count : left > tokenBytes ? Far : left > ShortToken ? FarForShort : frame.Count;
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
