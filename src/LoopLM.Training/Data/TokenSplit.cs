namespace LoopLM.Training.Data;

/// <summary>Tokenised documents, one after the other.</summary>
/// <param name="Tokens">Token ids of all documents.</param>
/// <param name="IsTarget">For each token, 1 where predicting it is part of the loss, else 0.</param>
/// <param name="Starts">Index of each document's first token, ascending from 0.</param>
/// <param name="Kinds">Kind of each document: an index into <see cref="TokenDataset.Kinds"/>.</param>
public sealed record TokenSplit(int[] Tokens, byte[] IsTarget, int[] Starts, byte[] Kinds)
{
    /// <summary>Number of documents.</summary>
    public int Documents => Starts.Length;

    /// <summary>Index after the last token of a document.</summary>
    public int End(int document) => document + 1 < Starts.Length ? Starts[document + 1] : Tokens.Length;
}
