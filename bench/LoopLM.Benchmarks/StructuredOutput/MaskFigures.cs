using System.Globalization;

namespace LoopLM.Benchmarks.StructuredOutput;

/// <summary>Times in microseconds and counts of work, each with the schema that it was taken with.</summary>
internal sealed class MaskFigures
{
    public List<(double Time, string Id)> Compile { get; } = [];

    public List<(double Time, string Id)> First { get; } = [];

    public List<(double Time, string Id)> Later { get; } = [];

    /// <summary>Work of all masks of an instance.</summary>
    public List<(double Work, string Id)> Work { get; } = [];

    /// <summary>Schemas that are refused.</summary>
    public int Refused { get; set; }

    /// <summary>
    /// Schemas of instances that the constraint does not take to their end, for instance because of the order of their members.
    /// </summary>
    public List<string> Left { get; } = [];

    public void Print(TextWriter output)
    {
        output.WriteLine($"{First.Count} instances, {Refused} schemas refused, {Left.Count} instances left");
        output.WriteLine("  left: " + string.Join(", ", Left.Take(12)));
        Print(output, "compile", "us", Compile);
        Print(output, "first mask", "us", First);
        Print(output, "later masks", "us", Later);
        Print(output, "work of all masks", "steps", Work);
    }

    private static void Print(TextWriter output, string name, string unit, List<(double Value, string Id)> figures)
    {
        figures.Sort();
        var (average, median) = (figures.Average(each => each.Value), At(0.5));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} ({figures.Count} times): average {average:F1}, median {median:F1}, 90 % {At(0.9):F1}, 99 % {At(0.99):F1}, "
                + $"most {At(1):F1} {unit}"));
        output.WriteLine("  longest: " + string.Join(", ", figures.TakeLast(40).Reverse().DistinctBy(each => each.Id).Take(8)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Id} {each.Value:F0}"))));

        double At(double share) => figures[(int)(share * (figures.Count - 1))].Value;
    }
}
