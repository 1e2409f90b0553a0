namespace LoopLM.Tools.Data;

/// <summary>What a dataset holds.</summary>
internal sealed record DatasetSummary(
    IReadOnlyList<string> Kinds, IReadOnlyList<TokenisedDocument> Train, IReadOnlyList<TokenisedDocument> HeldOut);
