using LoopLM.Text.Stopping;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Decoding;

/// <summary>Decodes a sequence token by token up to the first stop string. One sequence, one thread.</summary>
/// <param name="tokenizer">Gives the bytes of the tokens.</param>
/// <param name="stops">The stop strings.</param>
/// <param name="skipSpecialTokens">Whether special tokens give nothing.</param>
/// <param name="includeStop">Whether the stop string that ends the text is part of it.</param>
/// <param name="minTokens">Tokens whose text no stop string can begin in.</param>
/// <param name="shownTokens">Special tokens that give their text all the same; null for none.</param>
public sealed class StoppingDecoder(
    ByteLevelBpeTokenizer tokenizer,
    StopStrings stops,
    bool skipSpecialTokens = true,
    bool includeStop = false,
    int minTokens = 0,
    IReadOnlySet<int>? shownTokens = null)
{
    private readonly IncrementalDecoder _decoder = new(tokenizer, skipSpecialTokens, shownTokens);
    private readonly StopMatcher _matcher = new(stops, includeStop);
    private int _tokens;

    /// <summary>The stop string that ended the text; null while there is none.</summary>
    public string? StoppedBy => _matcher.Match;

    /// <summary>Characters (Unicode scalar values) decoded so far, the withheld ones among them.</summary>
    public int DecodedLength { get; private set; }

    /// <summary>Appends a token.</summary>
    /// <returns>The text to hand out; nothing once the text has stopped.</returns>
    public string Append(int id)
    {
        var text = _decoder.Append(id);
        foreach (var unit in text)
        {
            DecodedLength += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return ++_tokens <= minTokens ? text : _matcher.Append(text);
    }

    /// <summary>Ends the sequence. The last character, if incomplete, may still complete a stop string.</summary>
    /// <returns>The rest of the text to hand out.</returns>
    public string Flush() => _matcher.Append(_decoder.Flush()) + _matcher.Flush();
}
