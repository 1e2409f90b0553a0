using System.Collections.Concurrent;
using System.Text.Json;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Public schemas with instances that are valid and invalid under each: a schema passes if it compiles and tells all of them apart.</summary>
public sealed class SchemaCorpusTests(ITestOutputHelper output)
{
    private const double PassFloor = 0.97;

    // The UUIDs of the first are of no variant of RFC 9562, so not all readers take them. The second has alternatives that list the same
    // properties in different orders, which InstanceText does not tell apart.
    private static readonly string[] s_excepted = ["Github_medium---o55351", "WashingtonPost---wp_29_Normalized"];

    [Fact]
    public void TryCompile_PublicSchemas_TellsValidFromInvalidInstances()
    {
        var lines = File.ReadAllLines(TestData.SharedOrSkip("schemas", "maskbench-sample.jsonl"));
        var results = new ConcurrentBag<Result>();
        Parallel.ForEach(lines, line => results.Add(Try(line)));

        var wrong = results.SelectMany(result => result.Wrong).Order(StringComparer.Ordinal).ToList();
        var passed = results.Count(result => result.Problem is null && result.Wrong.Count == 0);
        output.WriteLine($"{results.Count} schemas, {results.Count(result => result.Problem is null)} compiled, {passed} passed ({(double)passed / results.Count:P1})");
        foreach (var refused in results.Where(result => result.Problem is not null).GroupBy(result => result.Problem!.Keyword).OrderByDescending(group => group.Count()))
        {
            output.WriteLine($"{refused.Count()} refused for {refused.Key ?? "a subschema as a whole"}, such as {refused.First().Id}: {refused.First().Problem}");
        }

        Assert.DoesNotContain(wrong, text => !s_excepted.Any(id => text.StartsWith($"{id} refuses", StringComparison.Ordinal)));
        Assert.InRange((double)passed / results.Count, PassFloor, 1);
    }

    private static Result Try(string line)
    {
        using var document = JsonDocument.Parse(line, new() { MaxDepth = 512 });
        var (id, schema) = (document.RootElement.GetProperty("id").GetString()!, document.RootElement.GetProperty("schema"));
        if (Grammars.TryCompile(schema.GetRawText(), out var problem) is not { } grammar)
        {
            return new(id, problem, []);
        }

        var wrong =
            from test in document.RootElement.GetProperty("tests").EnumerateArray()
            let valid = test.GetProperty("valid").GetBoolean()
            from space in new[] { "", " " }
            let text = InstanceText.Write(test.GetProperty("data"), schema, space)
            where Grammars.Accepts(grammar, text) != valid
            select $"{id} {(valid ? "refuses what is valid" : "admits what is invalid")}: {text}";
        return new(id, null, [.. wrong]);
    }

    private sealed record Result(string Id, SchemaProblem? Problem, IReadOnlyList<string> Wrong);
}
