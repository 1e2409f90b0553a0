using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>pre_tokenizer</c> of a tokenizer.json: splitting stages, the last of which is ByteLevel.</summary>
internal static class PreTokenizerSection
{
    private const string Supported =
        "ByteLevel, or a Sequence of Split, Digits, Punctuation, Whitespace, WhitespaceSplit and CharDelimiterSplit that ends in ByteLevel";

    public static PreTokenizerSteps Read(JsonField preTokenizer)
    {
        List<JsonField> stages = [.. Flatten(preTokenizer)];
        if (stages is not [.. var splits, var last] || last["type"].Text() != "ByteLevel")
        {
            preTokenizer.Refuse(Supported);
            return new([], AddPrefixSpace: false, ByteLevelSplitter: null);
        }

        return new(
            [.. splits.Select(ReadSplitter).OfType<PatternSplitter>()],
            last["add_prefix_space"].Boolean(),
            last["use_regex"].Boolean(absent: true) ? PreTokenSplitters.Gpt2 : null);
    }

    private static IEnumerable<JsonField> Flatten(JsonField stage) =>
        stage["type"] is { IsNullOrAbsent: false } type && type.Text() == "Sequence"
            ? stage["pretokenizers"].Items().SelectMany(Flatten)
            : [stage];

    private static PatternSplitter? ReadSplitter(JsonField stage)
    {
        switch (stage["type"].Text())
        {
            case "Digits":
                return PreTokenSplitters.Digits(stage["individual_digits"].Boolean());
            case "Split":
                return ReadSplit(stage);
            case "Punctuation":
                return PreTokenSplitters.Punctuation(stage["behavior"].IsNullOrAbsent ? SplitBehavior.Isolated : ReadBehavior(stage));
            case "Whitespace":
                return PreTokenSplitters.Whitespace();
            case "WhitespaceSplit":
                return PreTokenSplitters.WhitespaceSplit();
            case "CharDelimiterSplit":
                return ReadDelimiter(stage["delimiter"]);
            default:
                stage["type"].Refuse(Supported);
                return null;
        }
    }

    private static PatternSplitter? ReadDelimiter(JsonField field)
    {
        if (field.Text().EnumerateRunes().Count() == 1)
        {
            return PreTokenSplitters.Delimiter(field.Text());
        }

        field.Refuse("one character");
        return null;
    }

    private static PatternSplitter? ReadSplit(JsonField stage)
    {
        var (pattern, behavior, invert) = (stage["pattern"].Pattern(), ReadBehavior(stage), stage["invert"].Boolean());
        return pattern is null ? null : new PatternSplitter(pattern, behavior, invert);
    }

    private static SplitBehavior ReadBehavior(JsonField stage)
    {
        var field = stage["behavior"];
        if (Enum.GetNames<SplitBehavior>().Contains(field.Text()))
        {
            return Enum.Parse<SplitBehavior>(field.Text());
        }

        field.Refuse(string.Join(", ", Enum.GetNames<SplitBehavior>()));
        return SplitBehavior.Isolated;
    }
}
