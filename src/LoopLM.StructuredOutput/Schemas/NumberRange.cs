namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What schemas say about a number: its bounds, and what it is a multiple of.</summary>
/// <param name="Min">The lower bound; null for none.</param>
/// <param name="AboveMin">Whether the lower bound itself is left out.</param>
/// <param name="Max">The upper bound; null for none.</param>
/// <param name="BelowMax">Whether the upper bound itself is left out.</param>
/// <param name="Steps">What it has to be a multiple of, each above 0.</param>
internal sealed record NumberRange(DecimalValue? Min, bool AboveMin, DecimalValue? Max, bool BelowMax, IReadOnlyList<DecimalValue> Steps)
{
    /// <summary>Every number.</summary>
    public static readonly NumberRange All = new(null, false, null, false, []);

    /// <summary>Whether nothing is said.</summary>
    public bool IsAll => Min is null && Max is null && Steps.Count == 0;

    /// <summary>Whether the bounds leave no number.</summary>
    public bool IsEmpty => Min is { } min && Max is { } max && (min.CompareTo(max) > 0 || (min == max && (AboveMin || BelowMax)));

    /// <summary>What is at least a bound, or above it.</summary>
    public static NumberRange From(DecimalValue min, bool exclusive = false) => All with { Min = min, AboveMin = exclusive };

    /// <summary>What is at most a bound, or below it.</summary>
    public static NumberRange UpTo(DecimalValue max, bool exclusive = false) => All with { Max = max, BelowMax = exclusive };

    /// <summary>The numbers between two bounds, both included.</summary>
    public static NumberRange Between(DecimalValue min, DecimalValue max) => new(min, false, max, false, []);

    /// <summary>The multiples of a number.</summary>
    public static NumberRange MultiplesOf(DecimalValue step) => All with { Steps = [step] };

    /// <summary>The numbers that a value of <c>format</c> allows: all where it is none of a kind of number.</summary>
    public static NumberRange OfFormat(string? format) => format switch
    {
        "int8" => Between(sbyte.MinValue, sbyte.MaxValue),
        "int16" => Between(short.MinValue, short.MaxValue),
        "int32" => Between(int.MinValue, int.MaxValue),
        "int64" => Between(long.MinValue, long.MaxValue),
        "uint8" => Between(0, byte.MaxValue),
        "uint16" => Between(0, ushort.MaxValue),
        "uint32" => Between(0, uint.MaxValue),
        "uint64" => Between(0, new DecimalValue(ulong.MaxValue, 0)),
        "float" => Between(new(-34, -37), new(34, -37)),
        _ => All,
    };

    /// <summary>The numbers that are in both.</summary>
    public NumberRange Intersect(NumberRange other)
    {
        // Positive where the bound of this range says more, zero where both say the same. An absent bound says nothing.
        var byMin = Min is { } min && other.Min is { } otherMin ? min.CompareTo(otherMin) : Min is not null ? 1 : -1;
        var byMax = Max is { } max && other.Max is { } otherMax ? otherMax.CompareTo(max) : Max is not null ? 1 : -1;
        return new(
            byMin >= 0 ? Min : other.Min,
            (byMin >= 0 && AboveMin) || (byMin <= 0 && other.AboveMin),
            byMax >= 0 ? Max : other.Max,
            (byMax >= 0 && BelowMax) || (byMax <= 0 && other.BelowMax),
            [.. Steps.Union(other.Steps)]);
    }

    /// <summary>Whether a number is one of them.</summary>
    public bool Contains(DecimalValue value) =>
        (Min is not { } min || value.CompareTo(min) is var low && (low > 0 || (low == 0 && !AboveMin)))
        && (Max is not { } max || value.CompareTo(max) is var high && (high < 0 || (high == 0 && !BelowMax)))
        && Steps.All(step => IsMultiple(value, step));

    private static bool IsMultiple(DecimalValue value, DecimalValue step)
    {
        var scale = Math.Max(value.Scale, step.Scale);
        return value.Shift(scale).Unscaled % step.Shift(scale).Unscaled == 0;
    }
}
