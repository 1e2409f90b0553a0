using System.Text;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Writes code points into a grammar: as UTF-8, or as JSON strings hold them.</summary>
internal static class CodePoints
{
    /// <summary>All that stand in a JSON string unescaped.</summary>
    public static readonly CodePointSet Unescaped = new CodePointSet((0, 0x1F), ('"', '"'), ('\\', '\\')).Complement();

    private static readonly (int CodePoint, char Letter)[] s_escapes =
        [('\b', 'b'), ('\t', 't'), ('\n', 'n'), ('\f', 'f'), ('\r', 'r'), ('"', '"'), ('\\', '\\')];

    // The ranges of UTF-8 sequences of equal length, less the surrogates.
    private static readonly (int First, int Last)[] s_lengths = [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, CodePointSet.Last)];

    /// <summary>One code point of a set, in UTF-8.</summary>
    public static int Write(GrammarBuilder builder, CodePointSet set, int next)
    {
        // Sequences that differ only in their first byte share the rest.
        var leads = new Dictionary<int, ByteSet>();
        Span<byte> first = stackalloc byte[4];
        Span<byte> last = stackalloc byte[4];
        foreach (var range in set.Ranges)
        {
            if (range.Last < 0x80)
            {
                leads[next] = leads.GetValueOrDefault(next) | ByteSet.Range((byte)range.First, (byte)range.Last);
                continue;
            }

            foreach (var length in s_lengths)
            {
                var (low, high) = (Math.Max(range.First, length.First), Math.Min(range.Last, length.Last));
                if (low <= high)
                {
                    var bytes = new Rune(low).EncodeToUtf8(first);
                    new Rune(high).EncodeToUtf8(last);
                    AddLeads(builder, first[..bytes], last[..bytes], next, leads);
                }
            }
        }

        return builder.Choice([.. leads.Select(lead => builder.Bytes(lead.Value, lead.Key))]);
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

    private static void AddLeads(GrammarBuilder builder, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, int next, Dictionary<int, ByteSet> leads)
    {
        if (first.Length == 1)
        {
            Add(next, first[0], last[0]);
            return;
        }

        if (first[0] == last[0])
        {
            Add(Tail(builder, first[1..], last[1..], next), first[0], first[0]);
            return;
        }

        Span<byte> lowest = stackalloc byte[first.Length - 1];
        Span<byte> highest = stackalloc byte[first.Length - 1];
        lowest.Fill(0x80);
        highest.Fill(0xBF);
        Add(Tail(builder, first[1..], highest, next), first[0], first[0]);
        if (first[0] + 1 < last[0])
        {
            Add(Tail(builder, lowest, highest, next), (byte)(first[0] + 1), (byte)(last[0] - 1));
        }

        Add(Tail(builder, lowest, last[1..], next), last[0], last[0]);

        void Add(int tail, byte low, byte high) => leads[tail] = leads.GetValueOrDefault(tail) | ByteSet.Range(low, high);
    }

    private static int Tail(GrammarBuilder builder, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, int next)
    {
        var leads = new Dictionary<int, ByteSet>();
        AddLeads(builder, first, last, next, leads);
        return builder.Choice([.. leads.Select(lead => builder.Bytes(lead.Value, lead.Key))]);
    }
}
