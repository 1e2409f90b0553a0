using System.Runtime.InteropServices;

namespace LoopLM.StructuredOutput.Unicode;

/// <summary>A set of Unicode code points, compared by what it contains.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    /// <summary>The last code point.</summary>
    public const int Last = 0x10FFFF;

    /// <summary>All that a text can have: every code point but the surrogates.</summary>
    public static readonly CodePointSet All = new((0, 0xD7FF), (0xE000, Last));

    private readonly (int First, int Last)[] _ranges;
    private readonly int _hash;

    /// <summary>The union of ranges, both ends included; in any order, overlapping or not.</summary>
    public CodePointSet(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        _ranges = [.. merged];
        _hash = Hash(_ranges);
    }

    private CodePointSet((int First, int Last)[] ranges) => (_ranges, _hash) = (ranges, Hash(ranges));

    /// <summary>The ranges, rising, with a gap between any two.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    public static CodePointSet Of(params IEnumerable<int> codePoints) => new(codePoints.Select(value => (value, value)));

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].Last < codePoint ? (middle + 1, high) : (low, middle);
        }

        return low < _ranges.Length && _ranges[low].First <= codePoint;
    }

    public CodePointSet Union(CodePointSet other) => new(_ranges.Concat(other._ranges));

    public CodePointSet Intersect(CodePointSet other)
    {
        var both = new List<(int, int)>();
        for (var (i, j) = (0, 0); i < _ranges.Length && j < other._ranges.Length;)
        {
            var (one, two) = (_ranges[i], other._ranges[j]);
            var (first, last) = (Math.Max(one.First, two.First), Math.Min(one.Last, two.Last));
            if (first <= last)
            {
                both.Add((first, last));
            }

            (i, j) = one.Last < two.Last ? (i + 1, j) : (i, j + 1);
        }

        return new([.. both]);
    }

    /// <summary>What <see cref="All"/> has beside the set.</summary>
    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                gaps.Add((next, first - 1));
            }

            next = last + 1;
        }

        return new CodePointSet(gaps.Append((next, Last)).Where(gap => gap.Item1 <= gap.Item2)).Intersect(All);
    }

    public bool Equals(CodePointSet? other) => other is not null && _hash == other._hash && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode() => _hash;

    private static int Hash((int First, int Last)[] ranges)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(ranges.AsSpan()));
        return hash.ToHashCode();
    }
}
