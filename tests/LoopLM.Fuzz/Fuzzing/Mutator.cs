using System.Text;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Makes inputs of others: changes bytes, and the words, numbers, strings and brackets that it sees in them.</summary>
/// <param name="random">Decides.</param>
/// <param name="dictionary">Pieces that mean something to the parser.</param>
/// <param name="maxBytes">Bytes of an input, at most.</param>
internal sealed class Mutator(Random random, IReadOnlyList<string> dictionary, int maxBytes)
{
    private const int MaxChanges = 8;

    /// <summary>Edges of number types, of numbers as text, and of what is large.</summary>
    private static readonly byte[][] s_numbers = Bytes(
        "0", "1", "-1", "2", "7", "-0", "0.5", "1e3", "64", "127", "128", "255", "256",
        "1024", "4096", "65535", "65536", "2147483647", "2147483648", "-2147483648",
        "4294967295", "4294967296", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "18446744073709551616",
        "1e308", "1e309", "-1e400", "1e-400", "1e2147483648", "1E+99999999999", "0.1e-9999999999",
        "99999999999999999999999999999999999999", "1.0", "3.14159265358979323846264338327950288");

    /// <summary>Text that readers stumble over, as it is and escaped, and bytes that are no text.</summary>
    private static readonly byte[][] s_texts =
    [
        .. Bytes("\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\u001b[2J", "\\n", "\\\"", "\\", "\"",
            "\0", "\r\n", "\u2028", "\u00a0", "\ufeff", "\ufffd", "\U0001F600", "e\u0301", "\u0130", "\u00df",
            "<|im_start|>", "<|endoftext|>", "<think>", "</think>", "<tool_call>", "</tool_call>", "{{", "}}",
            "{%", "%}", "[", "]", "{", "}", "(", ")", ",", ":", "null", "true", "false", "[]", "{}", "\"\"", " "),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0x80], [0xFE, 0xFF], [0x1F, 0x8B],
    ];

    private readonly byte[][] _words = Bytes([.. dictionary]);

    /// <summary>Makes an input of one of the corpus.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        var input = corpus[random.Next(corpus.Count)].ToList();
        var changes = 1;
        while (changes < MaxChanges && random.Next(2) == 0)
        {
            changes++;
        }

        for (var i = 0; i < changes; i++)
        {
            Change(input, corpus);
            if (input.Count > maxBytes)
            {
                input.RemoveRange(maxBytes, input.Count - maxBytes);
            }
        }

        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Next(input.Count + 1);
        switch (random.Next(16))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, Math.Min(input.Count - at, 1 + random.Next(random.Next(2) == 0 ? 4 : 64)));
                break;
            case 3:
                var copied = input.GetRange(at, Math.Min(input.Count - at, 1 + random.Next(64)));
                input.InsertRange(random.Next(input.Count + 1), copied);
                break;
            case 4 when random.Next(4) == 0:
                input.RemoveRange(at, input.Count - at);
                break;
            case 4 or 5:
                input.InsertRange(at, s_texts[random.Next(s_texts.Length)]);
                break;
            case 6 or 7 when _words.Length > 0:
                input.InsertRange(at, _words[random.Next(_words.Length)]);
                break;
            case 8 when FindNumber(input, at) is (var start, var length):
                Replace(input, start, length, s_numbers[random.Next(s_numbers.Length)]);
                break;
            case 9:
                Replace(input, Spans.At(input, at), Piece(corpus));
                break;
            case 10:
                Replace(input, Spans.At(input, at), random.Next(3) == 0 || _words.Length == 0
                    ? s_texts[random.Next(s_texts.Length)] : _words[random.Next(_words.Length)]);
                break;
            case 11:
                Replace(input, Spans.At(input, at), []);
                break;
            case 12:
                var (first, count) = Spans.At(input, at);
                var (other, size) = Spans.At(input, random.Next(input.Count + 1));
                Replace(input, first, count, input.GetRange(other, size));
                break;
            case 13:
                Nest(input, at);
                break;
            case 14:
                Repeat(input, at);
                break;
            default:
                input.InsertRange(at, Piece(corpus));
                break;
        }
    }

    /// <summary>A piece of some input: a word, a string or what brackets hold, or any bytes.</summary>
    private byte[] Piece(IReadOnlyList<byte[]> corpus)
    {
        var other = corpus[random.Next(corpus.Count)];
        var (start, length) = random.Next(4) == 0
            ? (random.Next(other.Length + 1), random.Next(64)) : Spans.At(other, random.Next(other.Length + 1));
        return other[start..Math.Min(other.Length, start + length)];
    }

    /// <summary>Puts many brackets around a piece, closed or not.</summary>
    private void Nest(List<byte> input, int at)
    {
        var (open, close) = random.Next(6) switch
        {
            0 => ("[", "]"),
            1 => ("{\"a\":", "}"),
            2 =>
            ("(", ")"),
            3 => ("(?:", ")*"),
            4 => ("{\"items\":", "}"),
            _ => ("[[{\"b\":[", "]}]]")
        };
        var depth = 1 << random.Next(10);
        var (start, length) = Spans.At(input, at);
        var isClosed = random.Next(4) > 0;
        input.InsertRange(start + length, Encoding.UTF8.GetBytes(isClosed ? string.Concat(Enumerable.Repeat(close, depth)) : ""));
        input.InsertRange(start, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth))));
    }

    /// <summary>Writes a piece many times, with a comma between or nothing.</summary>
    private void Repeat(List<byte> input, int at)
    {
        var (start, length) = Spans.At(input, at);
        var piece = input.GetRange(start, length);
        var comma = random.Next(2) == 0;
        for (var count = 1 << random.Next(8); count > 0 && input.Count < maxBytes && length > 0; count--)
        {
            if (comma)
            {
                input.Insert(start, (byte)',');
            }

            input.InsertRange(start, piece);
        }
    }

    private static (int Start, int Length)? FindNumber(List<byte> input, int from)
    {
        for (var step = 0; step < input.Count; step++)
        {
            var at = (from + step) % input.Count;
            if (char.IsAsciiDigit((char)input[at]))
            {
                var end = at;
                while (end < input.Count && (char.IsAsciiDigit((char)input[end]) || (char)input[end] is '.' or 'e' or 'E' or '+' or '-'))
                {
                    end++;
                }

                return (at, end - at);
            }
        }

        return null;
    }

    private static void Replace(List<byte> input, (int Start, int Length) span, IReadOnlyCollection<byte> piece) =>
        Replace(input, span.Start, span.Length, piece);

    private static void Replace(List<byte> input, int start, int length, IReadOnlyCollection<byte> piece)
    {
        input.RemoveRange(start, Math.Min(length, input.Count - start));
        input.InsertRange(start, piece);
    }

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
