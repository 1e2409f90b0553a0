namespace LoopLM.Text.Constraints.Patterns;

/// <summary>A set of Unicode code points.</summary>
internal sealed class CodePointSet
{
    /// <summary>The last code point of the Basic Multilingual Plane: one UTF-16 unit each.</summary>
    public const int LastOfPlane = 0xFFFF;

    private readonly (int First, int Last)[] _ranges;

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
    }

    /// <summary>The ranges, rising, with a gap between any two.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

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

    public CodePointSet Intersect(CodePointSet other) =>
        new(from range in _ranges
            from with in other._ranges
            let both = (First: Math.Max(range.First, with.First), Last: Math.Min(range.Last, with.Last))
            where both.First <= both.Last
            select both);

    /// <summary>What the set lacks up to a code point.</summary>
    public CodePointSet Complement(int last = LastOfPlane)
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        foreach (var range in _ranges)
        {
            if (range.First > last)
            {
                break;
            }

            if (range.First > next)
            {
                gaps.Add((next, range.First - 1));
            }

            next = range.Last + 1;
        }

        return next <= last ? new(gaps.Append((next, last))) : new(gaps);
    }
}
