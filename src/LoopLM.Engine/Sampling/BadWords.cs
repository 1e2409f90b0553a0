namespace LoopLM.Engine.Sampling;

/// <summary>Forbids token sequences in the output: the last token of each where the output ends with those before it.</summary>
internal sealed class BadWords : ILogitsProcessor
{
    private readonly int[][] _words;
    private readonly TokenTail _output;

    /// <summary>Creates the processor.</summary>
    /// <param name="words">Each at least one token.</param>
    public BadWords(IEnumerable<int[]> words)
    {
        _words = [.. words];
        _output = new TokenTail(_words.Max(word => word.Length) - 1);
    }

    public void Process(Span<float> logits, int drafts)
    {
        foreach (var word in _words)
        {
            if (_output.EndsWith(word.AsSpan(..^1), drafts))
            {
                logits[word[^1]] = float.NegativeInfinity;
            }
        }
    }

    public void Accept(int token) => _output.Add(token);

    public void Rewind(int count)
    {
        for (; count > 0; count--)
        {
            _output.RemoveLast();
        }
    }
}
