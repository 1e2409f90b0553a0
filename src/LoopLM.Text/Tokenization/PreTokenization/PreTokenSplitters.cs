using LoopLM.StructuredOutput.Unicode;
using LoopLM.Text.Tokenization.Normalization;
using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>The splitting stages that Hugging Face's library knows by names of their own.</summary>
internal static class PreTokenSplitters
{
    /// <summary>How ByteLevel splits: GPT-2's pattern.</summary>
    public static PatternSplitter Gpt2 { get; } = new PatternSplitter(
        SplitPattern.Parse(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), SplitBehavior.Isolated);

    /// <summary>Words of letters, digits and the like, and runs of other characters; white space is dropped.</summary>
    public static PatternSplitter Whitespace()
    {
        var word = WordClasses.All;
        var other = word.Union(UnicodeSets.Space).Complement();
        return new PatternSplitter(SplitPattern.Of(new SplitNode.Choice([Run(word), Run(other)])), SplitBehavior.Removed, IsInverted: true);
    }

    /// <summary>What lies between white space.</summary>
    public static PatternSplitter WhitespaceSplit() => new PatternSplitter(SplitPattern.Of(UnicodeSets.Space), SplitBehavior.Removed);

    /// <summary>Numeric characters (Nd, Nl, No) apart from the rest, singly or in runs.</summary>
    public static PatternSplitter Digits(bool individual) =>
        new PatternSplitter(SplitPattern.Of(UnicodeSets.Category("N")!), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    /// <summary>Punctuation characters apart from the rest.</summary>
    public static PatternSplitter Punctuation(SplitBehavior behavior) =>
        new PatternSplitter(SplitPattern.Of(UnicodeTables.Instance.Punctuation), behavior);

    /// <summary>What lies between the occurrences of a text.</summary>
    public static PatternSplitter Delimiter(string text) => new PatternSplitter(SplitPattern.OfText(text), SplitBehavior.Removed);

    private static SplitNode.Repetition Run(CodePointSet set) => new(new SplitNode.Character(set), 1, null);
}
