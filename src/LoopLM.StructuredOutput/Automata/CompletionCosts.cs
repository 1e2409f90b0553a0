namespace LoopLM.StructuredOutput.Automata;

/// <summary>What it takes at least to get from each instruction to the end of its rule (Knuth 1977, "A Generalization of Dijkstra's Algorithm").</summary>
internal sealed class CompletionCosts
{
    /// <summary>The cost of what never ends.</summary>
    public const long Never = long.MaxValue;

    private const long Huge = long.MaxValue / 4;

    private readonly Instruction[] _code;
    private readonly ByteSet[] _sets;
    private readonly LengthMeasure[] _measures;

    // The instructions whose cost depends on that of a place: from its start to the next one's.
    private readonly int[] _starts;
    private readonly int[] _users;

    public CompletionCosts(Instruction[] code, ByteSet[] sets, LengthMeasure[] measures)
    {
        (_code, _sets, _measures) = (code, sets, measures);
        _starts = new int[code.Length + 1];
        foreach (var instruction in code)
        {
            _starts[instruction.A] += UsesA(instruction) ? 1 : 0;
            _starts[instruction.B] += UsesB(instruction) ? 1 : 0;
        }

        for (var place = 1; place < _starts.Length; place++)
        {
            _starts[place] += _starts[place - 1];
        }

        // Filled from the ends, which turns the ends into starts.
        _users = new int[_starts[^1]];
        for (var place = 0; place < code.Length; place++)
        {
            if (UsesA(code[place]))
            {
                _users[--_starts[code[place].A]] = place;
            }

            if (UsesB(code[place]))
            {
                _users[--_starts[code[place].B]] = place;
            }
        }
    }

    /// <summary>The fewest bytes to read.</summary>
    public long[] Bytes() =>
        Compute(bytes: 1, (call, rest) => call + rest, (body, exit, min) => (long)Int128.Min((Int128)body * min + exit, Huge));

    /// <summary>The fewest calls that are open at once.</summary>
    public long[] Depths() => Compute(bytes: 0, (call, rest) => Math.Max(call + 1, rest), (body, exit, _) => Math.Max(body, exit));

    // The operands of other instructions are no places, or say nothing about the way to the end.
    private static bool UsesA(Instruction instruction) =>
        instruction.Op is Opcode.Split or Opcode.Jump or Opcode.Call or Opcode.Begin or Opcode.Repeat or Opcode.Free;

    private static bool UsesB(Instruction instruction) =>
        instruction.Op is Opcode.Bytes or Opcode.Split or Opcode.Call or Opcode.Repeat or Opcode.Measure;

    private long[] Compute(long bytes, Func<long, long, long> called, Func<long, long, int, long> repeated)
    {
        var costs = new long[_code.Length];
        Array.Fill(costs, Never);
        var queue = new PriorityQueue<int, long>();
        for (var place = 0; place < costs.Length; place++)
        {
            if (_code[place].Op is Opcode.Return or Opcode.Again or Opcode.Tally or Opcode.Total)
            {
                queue.Enqueue(place, 0);
            }
        }

        while (queue.TryDequeue(out var place, out var cost))
        {
            if (costs[place] != Never)
            {
                continue;
            }

            costs[place] = Math.Min(cost, Huge);
            foreach (var user in _users.AsSpan(_starts[place].._starts[place + 1]))
            {
                if (costs[user] == Never && CostOf(_code[user], costs, place, bytes, called, repeated) is { } total)
                {
                    queue.Enqueue(user, total);
                }
            }
        }

        return costs;
    }

    // Of an instruction that uses a place whose cost is known; null while others are missing.
    private long? CostOf(
        Instruction user, long[] costs, int place, long bytes, Func<long, long, long> called, Func<long, long, int, long> repeated)
    {
        var cost = costs[place];
        switch (user.Op)
        {
            case Opcode.Bytes:
                return _sets[user.A].IsEmpty ? null : cost + bytes;
            case Opcode.Call:
                return costs[user.A] == Never || costs[user.B] == Never ? null : called(costs[user.A], costs[user.B]);
            case Opcode.Repeat when user.Min > 0:
                return costs[user.A] == Never || costs[user.B] == Never ? null : repeated(costs[user.A], costs[user.B], user.Min);
            case Opcode.Repeat:
                return costs[user.B] == Never ? null : costs[user.B];
            case Opcode.Measure:
                var text = _measures[user.Min].Rest(state: 0, count: 0);
                return text == Never ? null : cost + (text * bytes);
            default:
                return cost;
        }
    }
}
