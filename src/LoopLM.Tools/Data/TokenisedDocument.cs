namespace LoopLM.Tools.Data;

/// <summary>The tokens of one document.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="IsTarget">For each token, 1 where predicting it is part of the loss.</param>
/// <param name="Kind">Index of its kind.</param>
internal sealed record TokenisedDocument(int[] Tokens, byte[] IsTarget, byte Kind);
