using LoopLM.Text.Stopping;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Decoding;

/// <summary>Decodes a sequence token by token up to the first stop string. One sequence, one thread.</summary>
/// <param name="tokenizer">Gives the bytes of the tokens; special tokens give nothing.</param>
/// <param name="stops">The stop strings.</param>
public sealed class StoppingDecoder(ByteLevelBpeTokenizer tokenizer, StopStrings stops)
{
    private readonly IncrementalDecoder _decoder = new(tokenizer);
    private readonly StopMatcher _matcher = new(stops);

    /// <summary>The stop string that ended the text; null while there is none.</summary>
    public string? StoppedBy => _matcher.Match;

    /// <summary>Appends a token.</summary>
    /// <returns>The text to hand out; nothing once the text has stopped.</returns>
    public string Append(int id) => _matcher.Append(_decoder.Append(id));

    /// <summary>Ends the sequence. The last character, if incomplete, may still complete a stop string.</summary>
    /// <returns>The rest of the text to hand out.</returns>
    public string Flush() => _matcher.Append(_decoder.Flush()) + _matcher.Flush();
}
