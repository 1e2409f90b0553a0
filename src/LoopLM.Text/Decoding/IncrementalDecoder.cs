using System.Text;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Decoding;

/// <summary>
/// Decodes a sequence token by token. Each call gives the text that no later token can change; an incomplete UTF-8 sequence is
/// held back until it is complete or broken. The parts together are what decoding all tokens at once gives: invalid bytes
/// become U+FFFD by maximal subparts. One sequence, one thread.
/// </summary>
/// <param name="tokenizer">Gives the bytes of the tokens.</param>
/// <param name="skipSpecialTokens">Whether special tokens give nothing.</param>
/// <param name="shownTokens">Special tokens that give their text all the same; null for none.</param>
public sealed class IncrementalDecoder(
    ByteLevelBpeTokenizer tokenizer, bool skipSpecialTokens = true, IReadOnlySet<int>? shownTokens = null)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _isWithinCharacter;

    /// <summary>Appends a token.</summary>
    /// <param name="id">Any id; one without a token gives nothing.</param>
    /// <returns>The text that is decided by now and was not before; often empty.</returns>
    public string Append(int id)
    {
        if (skipSpecialTokens && tokenizer.IsSpecial(id) && shownTokens?.Contains(id) is not true)
        {
            return "";
        }

        return !_isWithinCharacter && tokenizer.GetTokenText(id) is { } whole ? whole : Decode(tokenizer.GetTokenBytes(id), flush: false);
    }

    /// <summary>Ends the sequence.</summary>
    /// <returns>U+FFFD where it ends inside a character, else nothing. The decoder can then begin a new sequence.</returns>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, chars, flush);
        _isWithinCharacter = _decoder.GetCharCount([], flush: true) > 0;
        return new(chars);
    }
}
