using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LoopLM.Text.Tokenization;

namespace LoopLM.Benchmarks.StructuredOutput;

/// <summary>
/// A vocabulary of the size and the make of large models': words and parts of words of some texts by frequency,
/// numbers, white space, runs of punctuation as code has them, and other scripts. Made from the texts and a fixed
/// seed alone. It has no merges; texts are cut greedily.
/// </summary>
internal static partial class BenchmarkVocabulary
{
    public const int Size = 128_000;

    private const int OtherScripts = 24_000;
    private const string Punctuation = "\"'`{}[]():;,.<>=/\\-_*#!?&|\n";
    private static readonly string[] s_runs = [" ", "\t", "-", "=", "\n "];

    /// <summary>Makes the tokenizer.</summary>
    /// <param name="texts">Files that the words are taken from.</param>
    /// <param name="endOfText">The id of the token that ends a text.</param>
    public static ByteLevelBpeTokenizer Create(IEnumerable<string> texts, out int endOfText)
    {
        var tokens = new Dictionary<string, int>();
        foreach (var value in Enumerable.Range(0, 256))
        {
            tokens.Add(Symbol((byte)value).ToString(), tokens.Count);
        }

        var random = new Random(1);
        foreach (var text in Numbers().Concat(Spaces()).Concat(Marks(random)).Concat(Scripts(random)).Concat(Words(texts)))
        {
            if (tokens.Count < Size - 1)
            {
                tokens.TryAdd(string.Concat(Encoding.UTF8.GetBytes(text).Select(Symbol)), tokens.Count);
            }
        }

        endOfText = tokens.Count;
        return ByteLevelBpeTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(Definition(tokens).ToJsonString(
            new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))));
    }

    private static IEnumerable<string> Numbers() => Enumerable.Range(0, 10).Select(i => $"{i:D1}")
        .Concat(Enumerable.Range(0, 100).Select(i => $"{i:D2}"))
        .Concat(Enumerable.Range(0, 1000).Select(i => $"{i:D3}"));

    private static IEnumerable<string> Spaces() =>
        from count in Enumerable.Range(1, 80)
        from run in s_runs
        select run[..^1] + new string(run[^1], count);

    // Two and three marks in a row, some of them before a letter.
    private static IEnumerable<string> Marks(Random random)
    {
        var pairs = from first in Punctuation from second in Punctuation select $"{first}{second}";
        var triples = Enumerable.Range(0, 5000).Select(_ => new string(random.GetItems(Punctuation.AsSpan(), 3)));
        var spaced = from first in Punctuation from second in Punctuation select $" {first}{second}";
        var words = Enumerable.Range(0, 3000).Select(_ =>
            Punctuation[random.Next(Punctuation.Length)] + new string(random.GetItems("etaoinshrdlucm".AsSpan(), random.Next(1, 5))));
        return pairs.Concat(spaced).Concat(triples).Concat(words);
    }

    private static IEnumerable<string> Scripts(Random random)
    {
        (int First, int Last, int Longest)[] scripts =
            [(0x4E00, 0x9FA5, 3), (0x430, 0x44F, 7), (0x3041, 0x3093, 4), (0xAC00, 0xD7A3, 3), (0x627, 0x64A, 6), (0x905, 0x939, 4)];
        for (var i = 0; i < OtherScripts; i++)
        {
            var (first, last, longest) = scripts[i % scripts.Length];
            var length = random.Next(1, longest + 1);
            var word = string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next(first, last + 1)));
            yield return random.Next(3) == 0 ? $" {word}" : word;
        }
    }

    // Words with and without a space before them, then the beginnings and ends of those.
    private static IEnumerable<string> Words(IEnumerable<string> files)
    {
        var counts = new Dictionary<string, int>();
        foreach (var line in files.SelectMany(File.ReadLines))
        {
            foreach (var match in Word().EnumerateMatches(line))
            {
                var word = line.Substring(match.Index, Math.Min(match.Length, 20));
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        var parts = new Dictionary<string, int>(counts);
        foreach (var (word, count) in counts)
        {
            for (var length = 2; length < word.Length; length++)
            {
                parts[word[..length]] = parts.GetValueOrDefault(word[..length]) + (count / 8);
                parts[word[^length..]] = parts.GetValueOrDefault(word[^length..]) + (count / 8);
            }
        }

        return parts.OrderByDescending(part => part.Value).ThenBy(part => part.Key, StringComparer.Ordinal).Select(part => part.Key);
    }

    // The character that stands for a byte in tokenizer.json: itself where it is printable, else one from U+0100 on.
    private static char Symbol(byte value)
    {
        static bool IsPrintable(int each) => each is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return IsPrintable(value) ? (char)value : (char)(0x100 + Enumerable.Range(0, value).Count(each => !IsPrintable(each)));
    }

    private static JsonObject Definition(Dictionary<string, int> tokens) => new()
    {
        ["version"] = "1.0",
        ["added_tokens"] = new JsonArray(new JsonObject
        {
            ["id"] = tokens.Count,
            ["content"] = "<|end|>",
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        }),
        ["pre_tokenizer"] = ByteLevel(),
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = new JsonObject(tokens.Select(token => KeyValuePair.Create(token.Key, (JsonNode?)token.Value))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    [GeneratedRegex(@" ?\p{L}+| ?[^\s\p{L}\p{N}]+")]
    private static partial Regex Word();
}
