using System.Text;
using LoopLM.Text.Decoding;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>A prompt as the text of its tokens, which an answer with <c>echo</c> begins with.</summary>
/// <param name="Text">The text.</param>
/// <param name="Offsets">For each token the characters before it.</param>
/// <param name="Length">Characters of the text.</param>
internal sealed record PromptEcho(string Text, IReadOnlyList<int> Offsets, int Length)
{
    public static PromptEcho None { get; } = new("", [], 0);

    /// <summary>Decodes a prompt.</summary>
    /// <param name="tokens">The prompt's tokens.</param>
    /// <param name="decoder">A decoder without stop strings that has decoded nothing yet.</param>
    public static PromptEcho Of(ReadOnlySpan<int> tokens, StoppingDecoder decoder)
    {
        var (text, offsets) = (new StringBuilder(), new int[tokens.Length]);
        for (var i = 0; i < tokens.Length; i++)
        {
            offsets[i] = decoder.DecodedLength;
            text.Append(decoder.Append(tokens[i]));
        }

        text.Append(decoder.Flush());
        return new PromptEcho(text.ToString(), offsets, decoder.DecodedLength);
    }
}
