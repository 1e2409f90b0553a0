using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace LoopLM.Jinja.Tests;

/// <summary>Numbers in prompts. The expected texts are those of Python.</summary>
public class NumberTests
{
    [Theory]
    [InlineData("1e-5", "1e-05")]
    [InlineData("1e-6", "1e-06")]
    [InlineData("1e-7", "1e-07")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00012345", "0.00012345")]
    [InlineData("1e-12", "1e-12")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("1e16", "1e+16")]
    [InlineData("1e22", "1e+22")]
    [InlineData("1e23", "1e+23")]
    [InlineData("9007199254740993.0", "9007199254740992.0")]
    [InlineData("123456789012345678.0", "1.2345678901234568e+17")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("2.2250738585072014e-308", "2.2250738585072014e-308")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("0.1", "0.1")]
    [InlineData("100.0", "100.0")]
    public void TryRender_Float_IsWrittenAsPythonDoes(string json, string expected)
    {
        var variables = new JsonObject { ["x"] = JsonNode.Parse(json) };
        Assert.Equal($"{expected} {expected} [{expected}]", Rendering.Text("{{ x }} {{ x | tojson }} {{ [x] }}", variables));
    }

    [Fact]
    public void TryRender_PowerOfTen_IsReadBackAsItself()
    {
        for (var power = -323; power <= 308; power++)
        {
            var text = Rendering.Text("{{ x }}", new JsonObject { ["x"] = JsonNode.Parse($"1e{power}") });
            var plain = power < 0 ? $"0.{new string('0', Math.Max(0, -power - 1))}1" : $"1{new string('0', power)}.0";
            Assert.Equal(power is >= -4 and < 16 ? plain : $"1e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}", text);
        }
    }

    [Fact]
    public void TryRender_AnyFloat_IsReadBackAsItself()
    {
        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(number))
            {
                Assert.Equal(number, double.Parse(LoopLM.Jinja.Execution.Numbers.Floats.Show(number), CultureInfo.InvariantCulture));
            }
        }
    }

    [Theory]
    [InlineData("18446744073709551615")]
    [InlineData("-170141183460469231731687303715884105728")]
    [InlineData("123456789012345678901234567890")]
    public void TryRender_IntegerBeyond64Bits_KeepsItsDigits(string json)
    {
        var variables = new JsonObject { ["x"] = JsonNode.Parse($$"""{"id": [{{json}}]}""") };
        Assert.Equal(
            $"{{\"id\": [{json}]}} {json} {BigInteger.Parse(json, CultureInfo.InvariantCulture) + 1}",
            Rendering.Text("{{ x | tojson }} {{ x.id[0] }} {{ x.id[0] + 1 }}", variables));
    }

    [Theory]
    [InlineData("{{ 10 ** 20 }} {{ 9223372036854775807 + 1 }} {{ -9223372036854775808 - 1 }}", "100000000000000000000 9223372036854775808 -9223372036854775809")]
    [InlineData("{{ 2 ** 64 // 3 }} {{ 2 ** 64 % 1000 }} {{ 2 ** 100 / 3 }} {{ -7 // 2 ** 70 }}", "6148914691236517205 616 4.2255020007607644e+29 -1")]
    [InlineData("{{ 9007199254740993 == 9007199254740992.0 }} {{ 2 ** 70 > 1e300 }} {{ 2 ** 70 == 2.0 ** 70 }}", "False False True")]
    [InlineData("{{ 2.675 | round(2) }} {{ 0.125 | round(2) }} {{ 2.5 | round }} {{ 5 | round }} {{ 25 | round(-1) }} {{ 1e300 | round(5) }}", "2.67 0.12 2.0 5 20 1e+300")]
    [InlineData("{{ '11' | int(base=2) }} {{ '0xff' | int(0, 16) }} {{ '1_000' | int }} {{ 'inf' | float }} {{ '1_0.5' | float }} {{ 'x' | int(7) }}", "3 255 1000 inf 10.5 7")]
    [InlineData("{{ -7.5 // 2 }} {{ -7.5 % 2 }} {{ -0.0 }} {{ 7 % -3 }} {{ 1 / 3 }}", "-4.0 0.5 -0.0 -2 0.3333333333333333")]
    public void TryRender_Arithmetic_GivesWhatPythonGives(string source, string expected) => Assert.Equal(expected, Rendering.Text(source));

    [Theory]
    [InlineData("{{ 10 ** 5000 }}")]
    [InlineData("{{ 10 ** (10 ** 10) }}")]
    [InlineData("{{ (10 ** 4000) * (10 ** 4000) }}")]
    [InlineData("{% set ns = namespace(x=9) %}{% for i in range(50) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    public void TryRender_IntegerOfTooManyDigits_EndsAtALimit(string source)
    {
        var (_, error) = Rendering.Render(source);
        Assert.Equal("The template needs a whole number of more than 4300 digits.", error!.Message);
    }

    [Fact]
    public void TryRender_LongIntegers_AreChargedWhatTheyCost()
    {
        var (_, error) = Rendering.Render(
            "{% set x = 7 ** 2500 %}{% for i in range(100000) %}{% set y = x * x // x %}{% endfor %}",
            limits: new() { MaxWork = 10_000_000, Timeout = TimeSpan.FromMinutes(1) });
        Assert.Contains("chars of work", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ 0.1e- }}")]
    [InlineData("{{ 1e+ }}")]
    [InlineData("{{ 2e }}")]
    public void TryParse_ExponentWithoutDigits_IsAnError(string template) =>
        Assert.False(JinjaTemplate.TryParse(template, out _, out _));

    [Fact]
    public void TryRender_SizeOfMinusInfinity_IsAnError() =>
        Assert.Equal(JinjaErrorKind.Failed, Rendering.Render("{{ -1e400 | filesizeformat }}").Error!.Kind);
}
