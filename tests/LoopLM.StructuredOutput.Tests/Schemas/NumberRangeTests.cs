using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput.Tests.Schemas;

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

    [Theory]
    [InlineData("""{"type":"number","minimum":1e308}""")]
    [InlineData("""{"type":"number","maximum":-1e308}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":99e307}""")]
    public void Numbers_BoundBeyondWhatIsWritten_IsRefused(string schema)
    {
        Assert.Null(Grammars.TryCompile(schema, out var problem));
        Assert.Contains("no number", problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_AnyBoundsAndStep_AreThoseOfTheRange() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var schema = $$"""{"type":"{{(random.Next(3) == 0 ? "integer" : "number")}}"{{Keyword("minimum")}}{{Keyword("maximum")}}{{Keyword("exclusiveMinimum")}}{{Keyword("exclusiveMaximum")}}{{Step()}}}""";
        using var document = JsonDocument.Parse(schema);
        var integers = document.RootElement.GetProperty("type").ValueEquals("integer");
        var grammar = Grammars.TryCompile(schema, out var problem);
        Assert.True(grammar is not null || problem!.Reason.Contains("no number", StringComparison.Ordinal), $"{schema}: {problem}");
        for (var i = 0; i < 200; i++)
        {
            var text = Number(random, 3);
            var right = (!integers || !text.Contains('.', StringComparison.Ordinal)) && Matches(document.RootElement, decimal.Parse(text, CultureInfo.InvariantCulture));
            Assert.True(right == (grammar is not null && Grammars.Accepts(grammar, text)), $"{text} of {schema}");
        }

        string Keyword(string name) => random.Next(2) == 0 ? "" : $",\"{name}\":{Number(random, 2)}";

        string Step() => random.Next(3) == 0 ? $",\"multipleOf\":{new[] { "0.01", "2.5", "7", "0.25", "100", "1.5", "60" }[random.Next(7)]}" : "";
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"type":"number","minimum":0}""", "0.0160425", true)]
    [InlineData("""{"type":"number","minimum":0}""", "1e-9", true)]
    [InlineData("""{"type":"number","minimum":0}""", "1.5E+20", true)]
    [InlineData("""{"type":"number","minimum":0}""", "-1e-9", false)]
    [InlineData("""{"type":"number","exclusiveMinimum":0}""", "1e-300", true)]
    [InlineData("""{"type":"number","exclusiveMinimum":0}""", "0.000", false)]
    [InlineData("""{"type":"number","exclusiveMinimum":0}""", "0e5", false)]
    [InlineData("""{"type":"number","minimum":0.5,"maximum":150}""", "5e-1", true)]
    [InlineData("""{"type":"number","minimum":0.5,"maximum":150}""", "4.99e-1", false)]
    [InlineData("""{"type":"number","minimum":0.5,"maximum":150}""", "1.5e2", true)]
    [InlineData("""{"type":"number","minimum":0.5,"maximum":150}""", "1.51e+02", false)]
    [InlineData("""{"type":"number","maximum":-0.5}""", "-5e-1", true)]
    [InlineData("""{"type":"number","maximum":-0.5}""", "-4e-1", false)]
    [InlineData("""{"type":"number","maximum":1.7976931348623157e308}""", "-1.5e300", true)]
    [InlineData("""{"type":"number","exclusiveMaximum":1}""", "0.99999999999999999999", false)]
    [InlineData("""{"type":"number","exclusiveMaximum":1}""", "0.99999999999999", true)]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":true}""", "1", false)]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":false}""", "1", true)]
    [InlineData("""{"type":"number"}""", "0.30000000000000004", true)]
    [InlineData("""{"type":"number"}""", "1e400", false)]
    [InlineData("""{"type":"integer"}""", "9007199254740993", true)]
    [InlineData("""{"type":"integer","maximum":9223372036854775807}""", "9223372036854775807", true)]
    [InlineData("""{"type":"integer","maximum":9223372036854775807}""", "9223372036854775808", false)]
    [InlineData("""{"type":"integer","format":"int32"}""", "2147483647", true)]
    [InlineData("""{"type":"integer","format":"int32"}""", "2147483648", false)]
    [InlineData("""{"type":"integer","format":"uint64","minimum":5}""", "18446744073709551615", true)]
    [InlineData("""{"type":"integer","multipleOf":86400}""", "172800", true)]
    [InlineData("""{"type":"integer","multipleOf":86400}""", "172700", false)]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "19.990", true)]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "19.995", false)]
    [InlineData("""{"type":"number","multipleOf":1e-8}""", "0.00000001", true)]
    [InlineData("""{"type":"number","format":"float"}""", "1e39", false)]
    public void TryRule_Range_AdmitsWhatIsInIt(string schema, string text, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(schema), text));

    [Fact]
    public void Intersect_AnyTwo_ContainsWhatBothDo() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var (left, right) = (Range(), Range());
        for (var i = 0; i < 50; i++)
        {
            var value = Value();
            Assert.Equal(left.Contains(value) && right.Contains(value), left.Intersect(right).Contains(value));
        }

        NumberRange Range() => random.Next(4) switch
        {
            0 => NumberRange.From(Value(), random.Next(2) == 0),
            1 => NumberRange.UpTo(Value(), random.Next(2) == 0),
            2 => NumberRange.Between(Value(), Value()),
            _ => NumberRange.MultiplesOf(new(random.Next(1, 50), 1)),
        };

        DecimalValue Value() => new(random.Next(-100, 100), 1);
    }).QuickCheckThrowOnFailure();

    private static bool Matches(JsonElement schema, decimal value) => schema.EnumerateObject().All(keyword => keyword.Name switch
    {
        "minimum" => value >= keyword.Value.GetDecimal(),
        "maximum" => value <= keyword.Value.GetDecimal(),
        "exclusiveMinimum" => value > keyword.Value.GetDecimal(),
        "exclusiveMaximum" => value < keyword.Value.GetDecimal(),
        "multipleOf" => value % keyword.Value.GetDecimal() == 0,
        _ => true,
    });

    // No negative zero: where only zero is left, it has no sign.
    private static string Number(Random random, int digits)
    {
        var magnitude = $"{random.Next(random.Next(3) == 0 ? 2 : 1200)}{(random.Next(2) == 0 ? "" : $".{random.Next((int)Math.Pow(10, digits)).ToString($"D{digits}", CultureInfo.InvariantCulture)}")}";
        return magnitude.Trim('0', '.').Length > 0 && random.Next(2) == 0 ? $"-{magnitude}" : magnitude;
    }
}
