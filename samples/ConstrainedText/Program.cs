using System.Text;
using System.Text.Json;
using LoopLM.StructuredOutput;

if (args is not [var schema, var seed] || !int.TryParse(seed, out var number))
{
    Console.Error.WriteLine("Usage: ConstrainedText SCHEMA SEED");
    return 1;
}

// A vocabulary of single bytes and a token that ends the text. A tokenizer's vocabulary takes their place in earnest.
const int End = 256;
ReadOnlyMemory<byte>[] vocabulary = [.. Enumerable.Range(0, End).Select(value => new[] { (byte)value }), default];
var tokens = TokenTrie.TryCreate(vocabulary, [End], out var missing) ?? throw new InvalidOperationException(missing);

using var json = JsonDocument.Parse(File.ReadAllText(schema));
var form = new TextForm.Json(json.RootElement);
if (GrammarCompiler.TryCompile(form, null, tokens, ConstraintLimits.Default, CancellationToken.None, out var problem) is not { } grammar)
{
    Console.Error.WriteLine($"{schema}{problem!.Path}: {problem.Keyword} {problem.Reason}");
    return 1;
}

var random = new Random(number);
var constraint = new TokenConstraint(grammar, tokens, maxTokens: 200);
var text = new List<byte>();
while (!constraint.HasEnded)
{
    // A model's logits take the place of these.
    var logits = vocabulary.Select(_ => random.NextSingle()).ToArray();
    constraint.Mask(logits);
    var token = Array.IndexOf(logits, logits.Max());
    constraint.Accept(token);
    text.AddRange(vocabulary[token].Span);
}

Console.WriteLine(Encoding.UTF8.GetString([.. text]));
return 0;
