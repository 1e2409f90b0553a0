using LoopLM.Text.Tokenization.Merging;
using LoopLM.Text.Tokenization.Normalization;
using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Tokenization;

/// <summary>What a tokenizer.json defines, checked.</summary>
internal sealed record TokenizerDefinition(
    Vocabulary Vocabulary,
    MergeTable Merges,
    bool IgnoreMerges,
    IReadOnlyList<AddedToken> AddedTokens,
    TextNormalizer Normalizer,
    PreTokenizerSteps PreTokenizer,
    SpecialTokenFrame Frame);
