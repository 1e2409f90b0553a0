namespace LoopLM.StructuredOutput.Automata;

/// <summary>
/// How long the texts of an automaton over code points may be. Knows for every state and count the fewest bytes of a rest that ends in
/// time, so that no text is begun that could not be ended.
/// </summary>
internal sealed class LengthMeasure
{
    /// <summary>Most numbers of one measure.</summary>
    public const int MaxSize = 1 << 20;

    private const int Never = int.MaxValue;

    // By code points so far while there are too few; then by those that are left, up to where one more saves nothing.
    private readonly List<int[]> _short = [];
    private readonly List<int[]> _long = [];

    private LengthMeasure(int min, int? max) => (Min, Max) = (min, max);

    /// <summary>Fewest code points.</summary>
    public int Min { get; }

    /// <summary>Most code points; null for any number.</summary>
    public int? Max { get; }

    /// <summary>Code points before the last one that makes a difference to the shortest rest.</summary>
    public int Reach => _long.Count;

    /// <summary>Numbers that it consists of.</summary>
    public long Size => _short.Concat(_long).Sum(costs => (long)costs.Length);

    /// <summary>Makes the measure of an automaton.</summary>
    /// <param name="states">By state: whether a text may end there, and its moves with the fewest bytes that each writes.</param>
    /// <param name="min">Fewest code points.</param>
    /// <param name="max">Most code points; null for any number.</param>
    /// <param name="tryRead">Counts the work of looking at some numbers; false where that is too much.</param>
    /// <returns>Null where it would be larger than <see cref="MaxSize"/>, or takes too much work.</returns>
    public static LengthMeasure? TryCreate(
        IReadOnlyList<(bool Accepts, (long Bytes, int Target)[] Moves)> states, int min, int? max, Func<long, bool> tryRead)
    {
        var measure = new LengthMeasure(min, max);
        var numbers = states.Sum(state => 1L + state.Moves.Length);
        var costs = states.Select(_ => Never).ToArray();
        for (var left = 0; left <= (max - min ?? int.MaxValue - 1); left++)
        {
            var next = Step(states, costs, mayEnd: true);
            if (left > 0 && next.AsSpan().SequenceEqual(costs))
            {
                break;
            }

            measure._long.Add(costs = next);
            if ((measure._long.Count + (long)min) * states.Count > MaxSize || !tryRead(numbers))
            {
                return null;
            }
        }

        if (!tryRead(numbers * min))
        {
            return null;
        }

        for (var count = min; count > 0; count--)
        {
            measure._short.Add(costs = Step(states, costs, mayEnd: false));
        }

        measure._short.Reverse();
        return measure;
    }

    /// <summary>The fewest bytes that end the text in time.</summary>
    /// <param name="state">The state of the automaton.</param>
    /// <param name="count">Code points so far.</param>
    /// <returns><see cref="CompletionCosts.Never"/> where nothing does.</returns>
    public long Rest(int state, int count)
    {
        var left = (Max ?? int.MaxValue) - count;
        var cost = count < Min ? _short[count][state] : left < 0 ? Never : _long[Math.Min(left, _long.Count - 1)][state];
        return cost == Never ? CompletionCosts.Never : cost;
    }

    /// <summary>The count behind one more code point. Without a maximum, those beyond the minimum are all the same.</summary>
    public int CountOne(int count) => Max is null ? Math.Min(count + 1, Min) : count + 1;

    // One code point more before the rests that are known.
    private static int[] Step(IReadOnlyList<(bool Accepts, (long Bytes, int Target)[] Moves)> states, int[] rests, bool mayEnd)
    {
        var costs = new int[states.Count];
        for (var state = 0; state < costs.Length; state++)
        {
            var least = mayEnd && states[state].Accepts ? 0L : Never;
            foreach (var (bytes, target) in states[state].Moves)
            {
                least = rests[target] == Never || bytes == CompletionCosts.Never ? least : Math.Min(least, bytes + rests[target]);
            }

            costs[state] = (int)least;
        }

        return costs;
    }
}
