using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Text.Tokenization;

namespace LoopLM.Testing;

/// <summary>Small tokenizer.json files made from a seed.</summary>
public static class SyntheticTokenizer
{
    private static readonly JsonSerializerOptions s_fewEscapes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject ByteLevel(bool addPrefixSpace = false, bool useRegex = true) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addPrefixSpace,
        ["trim_offsets"] = true,
        ["use_regex"] = useRegex,
    };

    public static JsonObject Digits(bool individual) => new() { ["type"] = "Digits", ["individual_digits"] = individual };

    public static JsonObject Split(string pattern, string behavior = "Isolated", bool invert = false) => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = pattern },
        ["behavior"] = behavior,
        ["invert"] = invert,
    };

    public static JsonObject Sequence(params JsonNode[] stages) => new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(stages) };

    public static JsonObject AddedToken(
        int id, string content, bool special = false, bool singleWord = false, bool lstrip = false, bool rstrip = false, bool normalized = false) => new()
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = lstrip,
            ["rstrip"] = rstrip,
            ["normalized"] = normalized,
            ["special"] = special,
        };

    /// <summary>A file of 256 byte symbols (less those in <paramref name="missing"/>) and merges learnt from the corpus.</summary>
    public static JsonObject Create(int seed, int merges = 300, JsonNode? preTokenizer = null, bool mergesAsPairs = false, params byte[] missing)
    {
        var random = new Random(seed);
        var vocabulary = Enumerable.Range(0, 256).Where(value => !missing.Contains((byte)value))
            .Select(value => Symbols([(byte)value])).ToList();
        var learnt = Learn(random, merges, vocabulary);
        return new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = preTokenizer ?? ByteLevel(),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = new JsonObject(vocabulary.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
                ["merges"] = new JsonArray([.. learnt.Select(pair =>
                    mergesAsPairs ? (JsonNode)new JsonArray(pair.Left, pair.Right) : $"{pair.Left} {pair.Right}")]),
            },
        };
    }

    /// <summary>Loads a file as the tokenizer under test.</summary>
    public static ByteLevelBpeTokenizer Load(JsonNode json) =>
        ByteLevelBpeTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(ToJson(json))));

    /// <summary>A file's text, with as few escapes as JSON allows.</summary>
    public static string ToJson(JsonNode json) => json.ToJsonString(s_fewEscapes);

    /// <summary>Bytes as a vocabulary writes them.</summary>
    public static string Symbols(ReadOnlySpan<byte> bytes)
    {
        var symbols = new StringBuilder();
        foreach (var value in bytes)
        {
            symbols.Append(ByteAlphabet.Symbol(value));
        }

        return symbols.ToString();
    }

    // Joins a random neighbouring pair of the segmented corpus everywhere, over and over: ranks in no order of frequency.
    private static List<(string Left, string Right)> Learn(Random random, int count, List<string> vocabulary)
    {
        var learnt = new List<(string, string)>();
        var segments = Encoding.UTF8.GetBytes(RandomText.Create(random, 3000)).Select(value => Symbols([value])).Where(vocabulary.Contains).ToList();
        for (var attempt = 0; attempt < 4 * count && learnt.Count < count; attempt++)
        {
            var at = random.Next(segments.Count - 1);
            var (left, right) = (segments[at], segments[at + 1]);
            if (!vocabulary.Contains(left + right))
            {
                vocabulary.Add(left + right);
            }
            else if (learnt.Contains((left, right)))
            {
                continue;
            }

            learnt.Add((left, right));
            for (var i = segments.Count - 2; i >= 0; i--)
            {
                if (i + 1 < segments.Count && segments[i] == left && segments[i + 1] == right)
                {
                    segments[i] = left + right;
                    segments.RemoveAt(i + 1);
                }
            }
        }

        return learnt;
    }
}
