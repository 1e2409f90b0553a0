namespace LoopLM.Engine.Sampling;

/// <summary>Adds to the logits of some tokens.</summary>
internal sealed class LogitBias(IEnumerable<KeyValuePair<int, float>> biases) : ILogitsProcessor
{
    private readonly KeyValuePair<int, float>[] _biases = [.. biases];

    public void Process(Span<float> logits, int drafts)
    {
        foreach (var (token, bias) in _biases)
        {
            logits[token] += bias;
        }
    }
}
