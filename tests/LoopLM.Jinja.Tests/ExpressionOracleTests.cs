using System.Globalization;
using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Jinja.Tests;

/// <summary>Compares single expressions and small templates with Python's Jinja2: the text, or that there is an error.</summary>
public sealed class ExpressionOracleTests : IDisposable
{
    private const int GeneratedExpressions = 2000;
    private const int MaxShown = 40;

    private static readonly JinjaLimits s_wide = new() { MaxSteps = int.MaxValue, MaxWork = 1L << 50, MaxText = 1L << 50, Timeout = TimeSpan.FromMinutes(5) };

    private readonly PythonOracle _python = new();

    private static JsonObject Variables => (JsonObject)JsonNode.Parse("""
        {"s": "Some text, ünïcode 😀", "t": "a\u00a0b\u200bc\u2028", "n": 42, "f": 1e-07, "l": [1, 2.5, null, true, "x"], "d": {"k": {"a": [1]}, "items": 1},
         "rows": [{"k": "x", "v": 1}, {"k": "Y", "v": 3}, {"k": "x", "v": 2}]}
        """)!;

    public void Dispose() => _python.Dispose();

    [Fact]
    public Task TryRender_ListedTemplates_AgreeWithPython() => AssertAgreesAsync(
        File.ReadLines(TestData.Fixture("jinja", "templates.txt")).Select(line => line.Replace("\\n", "\n", StringComparison.Ordinal)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task TryRender_GeneratedExpressions_AgreeWithPython(int seed)
    {
        var generator = new ExpressionGenerator(new Random(seed));
        return AssertAgreesAsync(Enumerable.Range(0, GeneratedExpressions).Select(_ => $"{{{{ {generator.Create()} }}}}"));
    }

    [Fact]
    public async Task TryRender_AnyFloat_IsWrittenAsPythonDoes()
    {
        await PythonOracle.SkipUnlessThereAsync();
        var random = new Random(3);
        var numbers = Enumerable.Range(-323, 632).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))
            .Concat(Enumerable.Range(0, 20_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))))
            .Concat(Enumerable.Range(0, 5000).Select(_ => double.Parse($"{random.Next(1, 1000)}e{random.Next(-30, 30)}", CultureInfo.InvariantCulture)))
            .Where(double.IsFinite);
        var variables = new JsonObject { ["x"] = new JsonArray([.. numbers.Select(number => JsonValue.Create(number))]) };
        string[] templates = ["{{ x }}", "{{ x | tojson }}", "{% for y in x %}{{ y | round(3) }} {{ '%.5g %.3e' % (y, y) }} {% endfor %}"];
        foreach (var template in templates)
        {
            var expected = (await _python.RenderAsync(template, variables))["text"]!.GetValue<string>().Split(' ');
            Assert.Equal(expected, Rendering.Text(template, variables, s_wide).Split(' '));
        }
    }

    private async Task AssertAgreesAsync(IEnumerable<string> templates)
    {
        await PythonOracle.SkipUnlessThereAsync();
        var wrong = new List<string>();
        foreach (var template in templates)
        {
            var answer = await _python.RenderAsync(template, Variables);
            var expected = answer["text"]?.GetValue<string>();
            var found = TryRender(template, out var error);

            // What Python shows of its own objects is an error here.
            var isObject = expected is not null
                && (expected.Contains(" at 0x", StringComparison.Ordinal) || expected.Contains("<built-in", StringComparison.Ordinal));
            if (expected != found && !(isObject && found is null))
            {
                wrong.Add($"{template}\n  expected {expected ?? answer["error"]!.GetValue<string>()}\n  found    {found ?? error}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} differ\n{string.Join('\n', wrong.Take(MaxShown))}");
    }

    private static string? TryRender(string template, out string? error)
    {
        if (!JinjaTemplate.TryParse(template, out _, out var malformed))
        {
            error = malformed.ToString();
            return null;
        }

        var (rendered, failed) = Rendering.Render(template, Variables, s_wide);
        error = failed?.ToString();
        return rendered?.Text;
    }
}
