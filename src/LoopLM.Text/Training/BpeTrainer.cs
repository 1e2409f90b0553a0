using System.Text;
using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Training;

/// <summary>
/// Learns a byte-level BPE vocabulary: again and again the most frequent pair of neighbouring tokens within a pre-token becomes a token
/// (Sennrich et al., arXiv 1508.07909). Pre-tokens are Ouro's: every numeric character alone, the rest split by GPT-2's pattern.
/// </summary>
/// <remarks>The result depends on the texts alone, not on their order. Not thread-safe.</remarks>
public sealed class BpeTrainer
{
    private static readonly PatternSplitter[] s_splitters = [PreTokenSplitters.Digits(individual: true), PreTokenSplitters.Gpt2];

    private readonly Dictionary<string, long> _counts = [];

    /// <summary>Counts the pre-tokens of a text. Names of special tokens must have been cut out of it.</summary>
    public void Add(string text) => Split(text, stage: 0);

    /// <summary>Learns a vocabulary from the texts added so far.</summary>
    /// <param name="vocabularySize">Most tokens: special ones, the 256 bytes, then merges as long as a pair occurs at least twice.</param>
    /// <param name="specialTokens">Take the ids from 0 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for the bytes and the special tokens.</exception>
    public TrainedVocabulary Train(int vocabularySize, IReadOnlyList<string> specialTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, TrainedVocabulary.Bytes + specialTokens.Count);
        var words = new PairCounts(_counts.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (Encoding.UTF8.GetBytes(entry.Key).Select(value => specialTokens.Count + value).ToList(), entry.Value)));
        var merges = new List<(int Left, int Right)>();
        for (var id = specialTokens.Count + TrainedVocabulary.Bytes; id < vocabularySize && words.TryMergeBest(id, out var pair); id++)
        {
            merges.Add(pair);
        }

        return new(specialTokens, merges);
    }

    private void Split(ReadOnlySpan<char> text, int stage)
    {
        foreach (var piece in s_splitters[stage].Split(text))
        {
            if (stage + 1 < s_splitters.Length)
            {
                Split(text[piece], stage + 1);
            }
            else
            {
                var preToken = text[piece].ToString();
                _counts[preToken] = _counts.GetValueOrDefault(preToken) + 1;
            }
        }
    }
}
