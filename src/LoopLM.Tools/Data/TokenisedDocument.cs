using LoopLM.Text.Tokenization;
using LoopLM.Torch.Training.Data;

namespace LoopLM.Tools.Data;

/// <summary>The tokens of one document.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="IsTarget">For each token, 1 where predicting it is part of the loss.</param>
/// <param name="Kind">Index of its kind.</param>
internal sealed record TokenisedDocument(int[] Tokens, byte[] IsTarget, byte Kind)
{
    /// <summary>Tokenises part by part, as a model meets them: the answer's tokens never reach into the question.</summary>
    public static TokenisedDocument Of(ByteLevelBpeTokenizer tokenizer, Segment[] segments, byte kind)
    {
        var (tokens, targets) = (new List<int>(), new List<byte>());
        foreach (var (text, isTarget) in segments)
        {
            tokens.AddRange(tokenizer.EncodeWithSpecialTokens(text));
            targets.AddRange(Enumerable.Repeat((byte)(isTarget ? 1 : 0), tokens.Count - targets.Count));
        }

        return new([.. tokens], [.. targets], kind);
    }

    /// <summary>Puts documents one after the other.</summary>
    public static TokenSplit Join(IReadOnlyList<TokenisedDocument> documents)
    {
        var starts = new int[documents.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + documents[i - 1].Tokens.Length;
        }

        return new([.. documents.SelectMany(document => document.Tokens)], [.. documents.SelectMany(document => document.IsTarget)], starts, [.. documents.Select(document => document.Kind)]);
    }
}
