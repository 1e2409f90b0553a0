namespace LoopLM.Engine.Kv;

/// <summary>The tokens of a prompt and those generated after it, as one run that nobody copies.</summary>
/// <param name="prompt">The prompt.</param>
/// <param name="generated">The tokens after it.</param>
internal readonly ref struct TokenRun(ReadOnlySpan<int> prompt, ReadOnlySpan<int> generated = default)
{
    private readonly ReadOnlySpan<int> _prompt = prompt;
    private readonly ReadOnlySpan<int> _generated = generated;

    public int Length => _prompt.Length + _generated.Length;

    public int this[int position] => position < _prompt.Length ? _prompt[position] : _generated[position - _prompt.Length];

    /// <summary>How many tokens from a position on begin some others.</summary>
    public int CommonPrefixLength(int position, ReadOnlySpan<int> tokens)
    {
        var inPrompt = position < _prompt.Length ? _prompt[position..].CommonPrefixLength(tokens) : 0;
        position += inPrompt;
        return position < _prompt.Length
            ? inPrompt
            : inPrompt + _generated[(position - _prompt.Length)..].CommonPrefixLength(tokens[inPrompt..]);
    }

    /// <summary>A copy of the tokens of some positions.</summary>
    public int[] ToArray(int from, int to)
    {
        var tokens = new int[to - from];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = this[from + i];
        }

        return tokens;
    }
}
