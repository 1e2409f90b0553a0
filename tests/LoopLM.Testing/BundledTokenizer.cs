using LoopLM.Text.Tokenization;

namespace LoopLM.Testing;

/// <summary>The tokenizer of the bundled model: one token per byte, no merges, no pre-tokens.</summary>
public static class BundledTokenizer
{
    public const int EndOfText = 256;

    public static string Path { get; } = System.IO.Path.Combine(TestData.Root, "models", "looplm-bytes", "tokenizer.json");

    public static ByteLevelBpeTokenizer Instance { get; } = ByteLevelBpeTokenizer.Load(Path);
}
