using System.Buffers;
using System.Text;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput;

/// <summary>
/// Plain characters are those that every string without further rules takes as they are: no control characters, no ends of lines, neither
/// <c>"</c> nor <c>\</c>. Most tokens consist of them, so these are told apart once for a vocabulary and not in every state.
/// </summary>
internal static class PlainText
{
    /// <summary>Most characters of a token that is taken for plain.</summary>
    public const int MaxLength = 32;

    /// <summary>The plain characters.</summary>
    public static readonly CodePointSet Characters =
        new CodePointSet((0, 0x1F), ('"', '"'), ('\\', '\\'), (0x7F, 0x9F), (0x2028, 0x2029)).Complement();

    /// <summary>The bytes that a plain character can begin with.</summary>
    public static readonly ByteSet FirstBytes =
        ByteSet.Range(0x20, 0x21) | ByteSet.Range(0x23, 0x5B) | ByteSet.Range(0x5D, 0x7E) | ByteSet.Range(0xC2, 0xF4);

    /// <summary>The bytes that plain characters consist of.</summary>
    public static readonly ByteSet Bytes = FirstBytes | ByteSet.Range(0x80, 0xBF);

    /// <summary>Whether a byte of UTF-8 goes on with a character.</summary>
    public static bool IsContinuation(byte value) => value is >= 0x80 and < 0xC0;

    /// <summary>The bytes of the plain characters that some bytes begin with.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="characters">How many characters those are.</param>
    public static int LengthOfStart(ReadOnlySpan<byte> bytes, out int characters)
    {
        characters = 0;
        var length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out var rune, out var consumed) == OperationStatus.Done && Characters.Contains(rune.Value))
        {
            characters++;
            length += consumed;
        }

        return length;
    }

    /// <summary>Where the plain characters begin that some bytes end with; the length where there are none, or too many.</summary>
    public static int StartOfEnd(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.Length;
        for (var characters = 0; characters < MaxLength; characters++)
        {
            if (Rune.DecodeLastFromUtf8(bytes[..start], out var rune, out var consumed) != OperationStatus.Done || !Characters.Contains(rune.Value))
            {
                break;
            }

            start -= consumed;
        }

        return start;
    }
}
