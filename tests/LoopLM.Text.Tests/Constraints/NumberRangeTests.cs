using FsCheck;
using FsCheck.Fluent;

namespace LoopLM.Text.Tests.Constraints;

public sealed class NumberRangeTests
{
    private static readonly Arbitrary<(int Min, int Max)> s_ranges =
        (from min in Gen.Choose(-1100, 1100) from length in Gen.Choose(0, 1200) select (min, min + length)).ToArbitrary();

    [Fact]
    public void Integers_AnyRange_AreThoseOfTheRange() => Prop.ForAll(s_ranges, range =>
    {
        var grammar = Grammars.Compile($$"""{"type":"integer","minimum":{{range.Min}},"maximum":{{range.Max}}}""");
        Assert.All(
            Enumerable.Range(range.Min - 20, range.Max - range.Min + 40).Concat([-10000, 10000, 0]),
            value => Assert.Equal(value >= range.Min && value <= range.Max, Grammars.Accepts(grammar, $"{value}")));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decimals_AnyRange_AreThoseOfTheRange() => Prop.ForAll(s_ranges, range =>
    {
        var grammar = Grammars.Compile($$"""{"type":"number","minimum":{{range.Min}},"exclusiveMaximum":{{range.Max + 1}}}""");
        foreach (var value in new[] { range.Min, range.Max, range.Min - 1, range.Max + 1 })
        {
            foreach (var fraction in new[] { "", ".0", ".25", ".000001" })
            {
                var text = $"{value}{fraction}";
                var number = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
                Assert.True((number >= range.Min && number < range.Max + 1) == Grammars.Accepts(grammar, text), $"{text} of {range}");
            }
        }
    }).QuickCheckThrowOnFailure();
}
