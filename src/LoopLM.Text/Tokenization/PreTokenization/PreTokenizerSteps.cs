namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>A pre-tokenizer that ends in ByteLevel: each stage splits the pieces of the one before.</summary>
/// <param name="Splitters">The stages before ByteLevel, in order.</param>
/// <param name="AddPrefixSpace">ByteLevel puts a space before each piece that does not begin with one.</param>
/// <param name="ByteLevelSplitter">How ByteLevel itself splits after that; null keeps its pieces whole.</param>
internal sealed record PreTokenizerSteps(
    IReadOnlyList<PatternSplitter> Splitters, bool AddPrefixSpace, PatternSplitter? ByteLevelSplitter);
