namespace LoopLM.Text.Constraints.Automata;

/// <summary>What it takes at least to get from each instruction to the end of its rule (Knuth 1977, "A Generalization of Dijkstra's Algorithm").</summary>
internal static class CompletionCosts
{
    /// <summary>The cost of what never ends.</summary>
    public const long Never = long.MaxValue;

    private const long Huge = long.MaxValue / 4;

    /// <summary>The fewest bytes to read.</summary>
    public static long[] Bytes(IReadOnlyList<Instruction> code, IReadOnlyList<ByteSet> sets, IReadOnlyList<LengthMeasure> measures) =>
        Compute(code, sets, measures, bytes: 1, (call, rest) => call + rest, (body, exit, min) => (long)Int128.Min((Int128)body * min + exit, Huge));

    /// <summary>The fewest calls that are open at once.</summary>
    public static long[] Depths(IReadOnlyList<Instruction> code, IReadOnlyList<ByteSet> sets, IReadOnlyList<LengthMeasure> measures) =>
        Compute(code, sets, measures, bytes: 0, (call, rest) => Math.Max(call + 1, rest), (body, exit, _) => Math.Max(body, exit));

    private static long[] Compute(
        IReadOnlyList<Instruction> code, IReadOnlyList<ByteSet> sets, IReadOnlyList<LengthMeasure> measures, long bytes, Func<long, long, long> called, Func<long, long, int, long> repeated)
    {
        var costs = new long[code.Count];
        Array.Fill(costs, Never);
        var users = Users(code);
        var queue = new PriorityQueue<int, long>();
        for (var place = 0; place < code.Count; place++)
        {
            if (code[place].Op is Opcode.Return or Opcode.Again or Opcode.Tally or Opcode.Total)
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
            foreach (var user in users[place])
            {
                var instruction = code[user];
                var (a, b) = (costs[instruction.A], costs[instruction.Op == Opcode.Free ? instruction.A : instruction.B]);
                long? reached = instruction.Op switch
                {
                    Opcode.Bytes => sets[instruction.A].IsEmpty ? null : costs[place] + bytes,
                    Opcode.Call => a == Never || b == Never ? null : called(a, b),
                    Opcode.Repeat when instruction.Min > 0 => a == Never || b == Never ? null : repeated(a, b, instruction.Min),
                    Opcode.Repeat => b == Never ? null : b,
                    Opcode.Measure => measures[instruction.Min].Rest(state: 0, count: 0) is var text && text == Never ? null : cost + (text * bytes),
                    _ => costs[place],
                };
                if (reached is { } total)
                {
                    queue.Enqueue(user, total);
                }
            }
        }

        return costs;
    }

    // The instructions whose cost depends on that of each.
    private static List<int>[] Users(IReadOnlyList<Instruction> code)
    {
        var users = new List<int>[code.Count];
        for (var place = 0; place < users.Length; place++)
        {
            users[place] = [];
        }

        for (var place = 0; place < users.Length; place++)
        {
            var instruction = code[place];
            if (instruction.Op is Opcode.Split or Opcode.Jump or Opcode.Call or Opcode.Begin or Opcode.Repeat or Opcode.Free)
            {
                users[instruction.A].Add(place);
            }

            if (instruction.Op is Opcode.Bytes or Opcode.Split or Opcode.Call or Opcode.Repeat or Opcode.Measure)
            {
                users[instruction.B].Add(place);
            }
        }

        return users;
    }
}
