using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Writes code points into a grammar: as UTF-8, or as JSON strings hold them.</summary>
internal static class CodePoints
{
    /// <summary>All that stand in a JSON string unescaped.</summary>
    public static readonly CodePointSet Unescaped = new CodePointSet((0, 0x1F), ('"', '"'), ('\\', '\\')).Complement();

    private static readonly (int CodePoint, char Letter)[] s_escapes =
        [('\b', 'b'), ('\t', 't'), ('\n', 'n'), ('\f', 'f'), ('\r', 'r'), ('"', '"'), ('\\', '\\')];

    // The code points whose UTF-8 sequences are equally long, less the surrogates: what marks the first byte, and the bytes behind it.
    private static readonly (int First, int Last, int Mark, int Tail)[] s_lengths =
        [(0, 0x7F, 0, 0), (0x80, 0x7FF, 0xC0, 1), (0x800, 0xD7FF, 0xE0, 2), (0xE000, 0xFFFF, 0xE0, 2), (0x10000, CodePointSet.Last, 0xF0, 3)];

    /// <summary>One code point of a set, in UTF-8.</summary>
    public static int Write(GrammarBuilder builder, CodePointSet set, int next)
    {
        var leads = new Dictionary<int, ByteSet>();
        foreach (var (first, last, mark, tail) in s_lengths)
        {
            var ranges = set.Ranges.Where(range => range.First <= last && range.Last >= first)
                .Select(range => (Math.Max(range.First, first), Math.Min(range.Last, last)));
            AddLeads(builder, ranges, mark, tail, next, leads);
        }

        return Choice(builder, leads);
    }

    /// <summary>One code point of a set as a JSON string has it, with the shortest escape where it needs one.</summary>
    public static int WriteInString(GrammarBuilder builder, CodePointSet set, int next)
    {
        var unescaped = set.Intersect(Unescaped);
        if (unescaped.Equals(set))
        {
            return Write(builder, set, next);
        }

        var places = new List<int>();
        if (!unescaped.IsEmpty)
        {
            places.Add(Write(builder, unescaped, next));
        }

        var letters = default(ByteSet);
        var units = new Dictionary<int, ByteSet>();
        foreach (var codePoint in Enumerable.Range(0, 0x20).Append('"').Append('\\').Where(set.Contains))
        {
            var letter = s_escapes.FirstOrDefault(escape => escape.CodePoint == codePoint).Letter;
            letters |= letter == 0 ? default : ByteSet.Of((byte)letter);
            var digit = letter == 0 ? HexDigit(codePoint % 16) : default;
            units[codePoint / 16] = units.GetValueOrDefault(codePoint / 16) | digit;
        }

        var escapes = units.Where(unit => !unit.Value.IsEmpty)
            .Select(unit => builder.Literal([(byte)'u', (byte)'0', (byte)'0', (byte)('0' + unit.Key)], builder.Bytes(unit.Value, next))).ToList();
        if (!letters.IsEmpty)
        {
            escapes.Add(builder.Bytes(letters, next));
        }

        if (escapes.Count > 0)
        {
            places.Add(builder.Literal("\\"u8, builder.Choice([.. escapes])));
        }

        return builder.Choice([.. places]);

        static ByteSet HexDigit(int value) =>
            ByteSet.Of((byte)$"{value:x}"[0]) | ByteSet.Of((byte)$"{value:X}"[0]);
    }

    // Adds the first bytes of sequences by the place of what follows them, so that no two choices begin with the same byte.
    private static void AddLeads(
        GrammarBuilder builder, IEnumerable<(int First, int Last)> ranges, int mark, int tail, int next, Dictionary<int, ByteSet> leads)
    {
        // By first byte what follows it, but where that may be anything.
        var rests = new List<(int Lead, List<(int, int)> Parts)>();
        var (size, free) = (1 << (6 * tail), default(ByteSet));
        foreach (var (first, last) in ranges)
        {
            for (var lead = first / size; lead <= last / size; lead++)
            {
                var (low, high) = (Math.Max(first - (lead * size), 0), Math.Min(last - (lead * size), size - 1));
                if (low == 0 && high == size - 1)
                {
                    free |= ByteSet.Of((byte)(mark | lead));
                    continue;
                }

                if (rests is not [.., (var before, _)] || before != lead)
                {
                    rests.Add((lead, []));
                }

                rests[^1].Parts.Add((low, high));
            }
        }

        if (!free.IsEmpty)
        {
            Add(free, tail == 0 ? next : Rest([(0, size - 1)]));
        }

        foreach (var (lead, rest) in rests)
        {
            Add(ByteSet.Of((byte)(mark | lead)), Rest(rest));
        }

        void Add(ByteSet bytes, int place) => leads[place] = leads.GetValueOrDefault(place) | bytes;

        int Rest(IEnumerable<(int, int)> rest)
        {
            var behind = new Dictionary<int, ByteSet>();
            AddLeads(builder, rest, 0x80, tail - 1, next, behind);
            return Choice(builder, behind);
        }
    }

    private static int Choice(GrammarBuilder builder, Dictionary<int, ByteSet> leads) =>
        builder.Choice([.. leads.Select(lead => builder.Bytes(lead.Value, lead.Key))]);
}
