namespace LoopLM.Engine.Sampling;

/// <summary>Forbids token sequences in the output: the last token of each where the output ends with those before it.</summary>
internal sealed class BadWords : ILogitProcessor
{
    private const int Nothing = -1;

    private readonly int[][] _words;
    private readonly int[] _recent;

    /// <summary>Creates the processor.</summary>
    /// <param name="words">Each at least one token.</param>
    public BadWords(IEnumerable<int[]> words)
    {
        _words = [.. words];
        _recent = new int[_words.Max(word => word.Length) - 1];
        _recent.AsSpan().Fill(Nothing);
    }

    public void Process(Span<float> logits)
    {
        foreach (var word in _words)
        {
            if (_recent.AsSpan().EndsWith(word.AsSpan(..^1)))
            {
                logits[word[^1]] = float.NegativeInfinity;
            }
        }
    }

    public void Accept(int token)
    {
        if (_recent.Length > 0)
        {
            _recent.AsSpan(1).CopyTo(_recent);
            _recent[^1] = token;
        }
    }
}
