namespace LoopLM.Engine.Sampling;

/// <summary>Forbids the tokens that end a generation until it has some tokens.</summary>
internal sealed class MinTokens(IReadOnlyCollection<int> stopTokens, int count) : ILogitsProcessor
{
    private readonly int[] _stopTokens = [.. stopTokens];
    private int _missing = count;

    public void Process(Span<float> logits, int drafts)
    {
        if (_missing + drafts > 0)
        {
            foreach (var token in _stopTokens)
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    public void Accept(int token) => _missing--;

    public void Rewind(int count) => _missing += count;
}
