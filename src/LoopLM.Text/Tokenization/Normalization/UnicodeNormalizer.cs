using System.Text;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>
/// One of Unicode's normalization forms (UAX #15). The runtime's own normalisation does nothing
/// where it runs without ICU, as the server does.
/// </summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : TextNormalizer
{
    private readonly bool _composes = form is UnicodeForm.Nfc or UnicodeForm.Nfkc;
    private readonly bool _forCompatibility = form is UnicodeForm.Nfkc or UnicodeForm.Nfkd;

    public override bool Leaves(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            return true;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!UnicodeTables.Instance.IsInert(rune.Value, form))
            {
                return false;
            }
        }

        return true;
    }

    public override List<AlignedRune> Apply(List<AlignedRune> text)
    {
        var decomposed = new List<AlignedRune>(text.Count);
        foreach (var rune in text)
        {
            Decompose(rune, decomposed);
        }

        Order(decomposed);
        return _composes ? Compose(decomposed) : decomposed;
    }

    private static int ClassOf(AlignedRune rune) => UnicodeTables.Instance.CombiningClass(rune.Value.Value);

    private void Decompose(AlignedRune rune, List<AlignedRune> output)
    {
        if (UnicodeTables.Instance.Find(rune.Value.Value, _forCompatibility) is not { } parts)
        {
            output.Add(rune);
            return;
        }

        foreach (var part in parts)
        {
            Decompose(rune with { Value = new(part) }, output);
        }
    }

    /// <summary>Sorts every run of combining characters by their classes, equal ones in their order.</summary>
    private static void Order(List<AlignedRune> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            var end = start;
            var isOrdered = true;
            for (var last = 0; end < runes.Count && ClassOf(runes[end]) is > 0 and var next; end++)
            {
                isOrdered &= last <= next;
                last = next;
            }

            if (!isOrdered)
            {
                var ordered = runes[start..end].OrderBy(ClassOf).ToList();
                for (var i = start; i < end; i++)
                {
                    runes[i] = ordered[i - start];
                }
            }

            start = end;
        }
    }

    private static List<AlignedRune> Compose(List<AlignedRune> runes)
    {
        var composed = new List<AlignedRune>(runes.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var rune in runes)
        {
            var next = ClassOf(rune);
            var isBlocked = starter < composed.Count - 1 && (lastClass == 0 || lastClass >= next);
            if (starter >= 0 && !isBlocked && UnicodeTables.Instance.Compose(composed[starter].Value.Value, rune.Value.Value) is { } one)
            {
                var first = composed[starter];
                composed[starter] = new(new(one), Math.Min(first.Start, rune.Start), Math.Max(first.End, rune.End));
                continue;
            }

            if (next == 0)
            {
                starter = composed.Count;
            }

            composed.Add(rune);
            lastClass = next;
        }

        return composed;
    }
}
