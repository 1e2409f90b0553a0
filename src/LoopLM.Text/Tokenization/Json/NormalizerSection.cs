using LoopLM.Text.Tokenization.Normalization;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerSection
{
    private const string Supported = "null, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, or a Sequence of them";

    public static TextNormalizer Read(JsonField normalizer) =>
        new NormalizerSequence(normalizer.IsNullOrAbsent ? [] : [.. ReadSteps(normalizer)]);

    private static IEnumerable<TextNormalizer> ReadSteps(JsonField step)
    {
        switch (step["type"].Text())
        {
            case "Sequence":
                return step["normalizers"].Items().SelectMany(ReadSteps);
            case "NFC":
                return [new UnicodeNormalizer(UnicodeForm.Nfc)];
            case "NFD":
                return [new UnicodeNormalizer(UnicodeForm.Nfd)];
            case "NFKC":
                return [new UnicodeNormalizer(UnicodeForm.Nfkc)];
            case "NFKD":
                return [new UnicodeNormalizer(UnicodeForm.Nfkd)];
            case "Lowercase":
                return [new LowercaseNormalizer()];
            case "Strip":
                return [new StripNormalizer(step["strip_left"].Boolean(), step["strip_right"].Boolean())];
            case "StripAccents":
                return [new StripAccentsNormalizer()];
            case "Prepend":
                return [new PrependNormalizer(step["prepend"].Text())];
            case "Replace":
                var (pattern, content) = (step["pattern"].Pattern(), step["content"].Text());
                return pattern is null ? [] : [new ReplaceNormalizer(pattern, content)];
            default:
                step["type"].Refuse(Supported);
                return [];
        }
    }
}
