using LoopLM.Text.Tokenization;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Data;

/// <summary>The tokens of one document.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="IsTarget">For each token, 1 where predicting it is part of the loss.</param>
/// <param name="Kind">Index of its kind.</param>
internal sealed record TokenisedDocument(int[] Tokens, byte[] IsTarget, byte Kind)
{
    /// <summary>The parts that have a label.</summary>
    public IReadOnlyList<LabelledSpan> Labels { get; init; } = [];

    /// <summary>Tokenises part by part, as a model meets them: the answer's tokens never reach into the question.</summary>
    public static TokenisedDocument Of(ByteLevelBpeTokenizer tokenizer, Segment[] segments, byte kind)
    {
        var (tokens, targets, labels) = (new List<int>(), new List<byte>(), new List<LabelledSpan>());
        foreach (var segment in segments)
        {
            var start = tokens.Count;
            tokens.AddRange(tokenizer.EncodeWithSpecialTokens(segment.Text));
            targets.AddRange(Enumerable.Repeat((byte)(segment.IsTarget ? 1 : 0), tokens.Count - start));
            if (segment.Label is { } label)
            {
                labels.Add(new(start, tokens.Count - start, label));
            }
        }

        return new([.. tokens], [.. targets], kind) { Labels = labels };
    }

    /// <summary>Puts documents one after the other.</summary>
    public static TokenSplit Join(IReadOnlyList<TokenisedDocument> documents)
    {
        var starts = new int[documents.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + documents[i - 1].Tokens.Length;
        }

        return new([.. documents.SelectMany(document => document.Tokens)], [.. documents.SelectMany(document => document.IsTarget)],
            starts, [.. documents.Select(document => document.Kind)]);
    }
}
