using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>pre_tokenizer</c> of a tokenizer.json: splitting stages, the last of which is ByteLevel.</summary>
internal static class PreTokenizerSection
{
    private const string Supported = "ByteLevel, or a Sequence of Digits and Split that ends in ByteLevel";

    private static readonly Dictionary<string, PreTokenSplitter> s_patterns = new()
    {
        [Gpt2Splitter.Pattern] = new Gpt2Splitter(),
        [Llama3Splitter.Pattern] = new Llama3Splitter(maxNumberRun: 3),
        [Llama3Splitter.SingleDigitPattern] = new Llama3Splitter(maxNumberRun: 1),
    };

    public static PreTokenizerSteps Read(JsonField preTokenizer)
    {
        List<JsonField> stages = [.. Flatten(preTokenizer)];
        if (stages is not [.. var splits, var last] || last["type"].Text() != "ByteLevel")
        {
            preTokenizer.Refuse(Supported);
            return new([], AddPrefixSpace: false, ByteLevelSplitter: null);
        }

        return new(
            [.. splits.Select(ReadSplitter).OfType<PreTokenSplitter>()],
            last["add_prefix_space"].Boolean(),
            last["use_regex"].Boolean(absent: true) ? s_patterns[Gpt2Splitter.Pattern] : null);
    }

    private static IEnumerable<JsonField> Flatten(JsonField stage) =>
        stage["type"] is { IsNullOrAbsent: false } type && type.Text() == "Sequence"
            ? stage["pretokenizers"].Items().SelectMany(Flatten)
            : [stage];

    private static PreTokenSplitter? ReadSplitter(JsonField stage)
    {
        switch (stage["type"].Text())
        {
            case "Digits":
                return new DigitsSplitter(stage["individual_digits"].Boolean());
            case "Split":
                return ReadSplit(stage);
            default:
                stage["type"].Refuse(Supported);
                return null;
        }
    }

    private static PreTokenSplitter? ReadSplit(JsonField stage)
    {
        // Every pattern covers the whole text, so keeping the matches and dropping what is between them is the same as isolating them.
        if ((stage["behavior"].Text(), stage["invert"].Boolean()) is not (("Isolated", false) or ("Removed", true)))
        {
            stage["behavior"].Refuse("\"Isolated\" with invert false, or \"Removed\" with invert true");
        }

        var pattern = stage["pattern"]["Regex"];
        if (s_patterns.GetValueOrDefault(pattern.Text()) is { } splitter)
        {
            return splitter;
        }

        pattern.Refuse($"one of {string.Join("  and  ", s_patterns.Keys)}");
        return null;
    }
}
