using System.Globalization;

namespace LoopLM.Benchmarks.StructuredOutput;

/// <summary>Times in microseconds, each with the schema that it was taken with.</summary>
internal sealed class MaskFigures
{
    public List<(double Time, string Id)> Compile { get; } = [];

    public List<(double Time, string Id)> First { get; } = [];

    public List<(double Time, string Id)> Later { get; } = [];

    /// <summary>Schemas that are refused.</summary>
    public int Refused { get; set; }

    /// <summary>Schemas of instances that the constraint does not take to their end, for instance because of the order of their members.</summary>
    public List<string> Left { get; } = [];

    public void Print(TextWriter output)
    {
        output.WriteLine($"{First.Count} instances, {Refused} schemas refused, {Left.Count} instances left");
        output.WriteLine("  left: " + string.Join(", ", Left.Take(12)));
        Print(output, "compile", Compile);
        Print(output, "first mask", First);
        Print(output, "later masks", Later);
    }

    private static void Print(TextWriter output, string name, List<(double Time, string Id)> times)
    {
        times.Sort();
        var (average, median) = (times.Average(each => each.Time), At(0.5));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} ({times.Count} times): average {average:F1}, median {median:F1}, 90 % {At(0.9):F1}, 99 % {At(0.99):F1}, most {At(1):F1} us"));
        output.WriteLine("  longest: " + string.Join(", ", times.TakeLast(40).Reverse().DistinctBy(each => each.Id).Take(8)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Id} {each.Time:F0}"))));

        double At(double share) => times[(int)(share * (times.Count - 1))].Time;
    }
}
