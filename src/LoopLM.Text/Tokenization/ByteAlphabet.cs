using System.Text;

namespace LoopLM.Text.Tokenization;

/// <summary>
/// The printable alphabet in which a byte-level vocabulary writes bytes (GPT-2, <c>bytes_to_unicode</c>):
/// the printable Latin-1 bytes stand for themselves, the other 68 are written from U+0100 up.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_symbols = BuildSymbols();
    private static readonly short[] s_bytes = BuildBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char Symbol(byte value) => s_symbols[value];

    /// <summary>
    /// The bytes that a token stands for: one per character where every character is in the alphabet,
    /// else the token's own UTF-8, as Hugging Face's ByteLevel decoder has it.
    /// </summary>
    public static byte[] Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = token[i] < s_bytes.Length ? s_bytes[token[i]] : -1;
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] BuildSymbols()
    {
        var symbols = new char[256];
        var next = (char)256;
        for (var value = 0; value < symbols.Length; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            symbols[value] = printable ? (char)value : next++;
        }

        return symbols;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[s_symbols.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < s_symbols.Length; value++)
        {
            bytes[s_symbols[value]] = (short)value;
        }

        return bytes;
    }
}
