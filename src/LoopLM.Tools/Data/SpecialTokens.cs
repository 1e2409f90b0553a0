namespace LoopLM.Tools.Data;

/// <summary>The special tokens of Ouro's vocabulary, in the order of their ids.</summary>
internal static class SpecialTokens
{
    public const string EndOfText = "<|endoftext|>";
    public const string MessageStart = "<|im_start|>";
    public const string MessageEnd = "<|im_end|>";

    /// <summary>Ids 0, 1 and 2.</summary>
    public static IReadOnlyList<string> All { get; } = [EndOfText, MessageStart, MessageEnd];
}
