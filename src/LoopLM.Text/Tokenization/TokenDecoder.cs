using System.Buffers;
using System.Text;

namespace LoopLM.Text.Tokenization;

/// <summary>Decodes many tokens at once. Invalid UTF-8 gives U+FFFD by maximal subparts.</summary>
internal static class TokenDecoder
{
    public static string Decode(Vocabulary vocabulary, IEnumerable<int> ids, bool skipSpecialTokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
        {
            bytes.Write(vocabulary.GetBytes(id, skipSpecialTokens));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Writes what fits, up to a token that ends a character.</summary>
    public static OperationStatus Decode(
        Vocabulary vocabulary, IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        idsConsumed = charsWritten = 0;
        var bytes = new ArrayBufferWriter<byte>();
        var ends = new List<int>();
        foreach (var id in ids)
        {
            bytes.Write(vocabulary.GetBytes(id, skipSpecialTokens: true));
            ends.Add(bytes.WrittenCount);
        }

        for (int position = 0, chars = 0, token = 0; ;)
        {
            for (; token < ends.Count && ends[token] <= position; token++)
            {
                if (ends[token] == position)
                {
                    (idsConsumed, charsWritten) = (token + 1, chars);
                }
            }

            if (position == bytes.WrittenCount)
            {
                return OperationStatus.Done;
            }

            _ = Rune.DecodeFromUtf8(bytes.WrittenSpan[position..], out var rune, out var length);
            if (!rune.TryEncodeToUtf16(destination[chars..], out var written))
            {
                return OperationStatus.DestinationTooSmall;
            }

            position += length;
            chars += written;
        }
    }
}
