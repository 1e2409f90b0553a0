using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using LoopLM.StructuredOutput;

namespace LoopLM.Benchmarks.StructuredOutput;

/// <summary>
/// Measures what a constraint takes from a request: the time to its first mask (compiling the schema, making the constraint, the mask), and the
/// time of every later one with the token before it, along valid instances that are cut into the longest tokens.
/// </summary>
internal static class MaskBenchmark
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs the benchmark and prints its figures.</summary>
    /// <param name="schemas">A file with one object a line: schema, and tests with valid and data.</param>
    /// <param name="texts">Files that the vocabulary's words are taken from.</param>
    public static void Run(string schemas, IReadOnlyList<string> texts)
    {
        var tokenizer = BenchmarkVocabulary.Create(texts.Append(schemas), out var endOfText);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var trie = TokenTrie.TryCreate(tokenizer.GetTextBytes(), [endOfText], out var problem)
            ?? throw new InvalidOperationException(problem);
        clock.Stop();
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"trie of {tokenizer.VocabularySize:N0} tokens: {clock.ElapsedMilliseconds} ms, {memory >> 20} MiB");

        var cutter = new GreedyCutter(tokenizer);
        var lines = File.ReadAllLines(schemas);
        foreach (var line in lines.Take(lines.Length / 4))
        {
            Measure(line, trie, cutter, new());
        }

        var figures = new MaskFigures();
        foreach (var line in lines)
        {
            Measure(line, trie, cutter, figures);
        }

        figures.Print(Console.Out);
    }

    private static void Measure(string line, TokenTrie trie, GreedyCutter cutter, MaskFigures figures)
    {
        using var document = JsonDocument.Parse(line);
        var id = document.RootElement.GetProperty("id").GetString()!;
        var schema = document.RootElement.GetProperty("schema");
        var logits = new float[trie.VocabularySize];
        var tests = document.RootElement.GetProperty("tests").EnumerateArray();
        foreach (var test in tests.Where(test => test.GetProperty("valid").GetBoolean()))
        {
            var start = ThreadClock.Microseconds();
            var form = new TextForm.Json(schema);
            if (GrammarCompiler.TryCompile(form, null, trie, ConstraintLimits.Default, CancellationToken.None, out _) is not { } grammar)
            {
                figures.Refused++;
                return;
            }

            var compiled = ThreadClock.Microseconds();
            var constraint = new TokenConstraint(grammar, trie);
            constraint.Mask(logits);
            var first = ThreadClock.Microseconds();
            figures.Compile.Add((compiled - start, id));
            figures.First.Add((first - start, id));
            Follow(constraint, cutter.Cut(JsonSerializer.Serialize(test.GetProperty("data"), s_compact)), logits, id, figures);
        }
    }

    private static void Follow(TokenConstraint constraint, List<int> tokens, float[] logits, string id, MaskFigures figures)
    {
        foreach (var token in tokens)
        {
            var start = ThreadClock.Microseconds();
            try
            {
                constraint.Accept(token);
            }
            catch (ArgumentException)
            {
                figures.Left.Add(id);
                return;
            }

            constraint.Mask(logits);
            figures.Later.Add((ThreadClock.Microseconds() - start, id));
        }

        figures.Work.Add((constraint.Work, id));
    }
}
