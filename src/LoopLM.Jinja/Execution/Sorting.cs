namespace LoopLM.Jinja.Execution;

/// <summary>Sorts by merging: stable, and what a comparison throws comes through as it is.</summary>
internal static class Sorting
{
    public static IReadOnlyList<T> Sort<T>(IReadOnlyList<T> items, Func<T, T, bool> isLess)
    {
        T[] sorted = [.. items];
        var merged = new T[sorted.Length];
        for (var run = 1; run < sorted.Length; run *= 2)
        {
            for (var start = 0; start < sorted.Length; start += 2 * run)
            {
                Merge(sorted, merged, start, Math.Min(start + run, sorted.Length), Math.Min(start + (2 * run), sorted.Length), isLess);
            }

            (sorted, merged) = (merged, sorted);
        }

        return sorted;
    }

    private static void Merge<T>(T[] from, T[] to, int start, int middle, int end, Func<T, T, bool> isLess)
    {
        var (left, right) = (start, middle);
        for (var at = start; at < end; at++)
        {
            var takesRight = left == middle || (right < end && isLess(from[right], from[left]));
            to[at] = takesRight ? from[right++] : from[left++];
        }
    }
}
