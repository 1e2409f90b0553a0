namespace LoopLM.StructuredOutput;

/// <summary>The tokens of a vocabulary, sorted by whether they are plain text: what a string takes need not be found out token by token.</summary>
internal sealed class TokenSlices
{
    // By the most characters, from 0.
    private readonly ulong[][] _plain = new ulong[PlainText.MaxLength + 1][];

    /// <summary>Sorts the tokens.</summary>
    /// <param name="tokens">The tokens with their bytes.</param>
    /// <param name="vocabularySize">One more than the highest token id.</param>
    public TokenSlices(IReadOnlyList<(int Token, ReadOnlyMemory<byte> Bytes)> tokens, int vocabularySize)
    {
        for (var length = 0; length < _plain.Length; length++)
        {
            _plain[length] = new ulong[(vocabularySize + 63) / 64];
        }

        var others = new List<(int Token, ReadOnlyMemory<byte> Bytes)>();
        var ends = new List<(int Token, ReadOnlyMemory<byte> Bytes)>();
        foreach (var (token, bytes) in tokens)
        {
            var start = PlainText.LengthOfStart(bytes.Span, out var characters);
            if (start == bytes.Length && characters <= PlainText.MaxLength)
            {
                _plain[characters][token / 64] |= 1UL << token;
                continue;
            }

            others.Add((token, bytes));
            if (start < bytes.Length && characters <= PlainText.MaxLength)
            {
                ends.Add((token, bytes[start..]));
            }
        }

        for (var length = 1; length < _plain.Length; length++)
        {
            for (var i = 0; i < _plain[length].Length; i++)
            {
                _plain[length][i] |= _plain[length - 1][i];
            }
        }

        Others = new(others);
        Ends = new(ends);
    }

    /// <summary>All tokens that are not plain, or too long.</summary>
    public TokenNodes Others { get; }

    /// <summary>The same by what comes behind their plain beginnings, without those whose plain beginning is too long.</summary>
    public TokenNodes Ends { get; }

    /// <summary>The plain tokens of at most so many characters, bit by bit.</summary>
    /// <param name="length">Characters, up to <see cref="PlainText.MaxLength"/>.</param>
    public ReadOnlySpan<ulong> Plain(int length) => _plain[length];
}
