namespace LoopLM.Engine.Sampling;

/// <summary>Forbids every token but some.</summary>
internal sealed class AllowedTokens(IEnumerable<int> tokens) : ILogitsProcessor
{
    private readonly int[] _sorted = [.. tokens.Distinct().Order()];

    public void Process(Span<float> logits, int drafts)
    {
        var from = 0;
        foreach (var token in _sorted)
        {
            logits[from..token].Fill(float.NegativeInfinity);
            from = token + 1;
        }

        logits[from..].Fill(float.NegativeInfinity);
    }
}
