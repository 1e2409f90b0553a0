using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Writes values that are given word by word.</summary>
internal static class LiteralTexts
{
    // Escapes what JSON makes it, and beside that what lies beyond the Basic Multilingual Plane.
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The spelling of a value without white space, with as few escapes as JSON allows.</summary>
    public static byte[] Spell(JsonElement value) => Unescape(Encode(value));

    /// <summary>A value without white space: as <see cref="Spell(JsonElement)"/> gives it, and with escapes that .NET writes.</summary>
    public static IEnumerable<byte[]> Spellings(JsonElement value) => Both(Encode(value));

    /// <inheritdoc cref="Spell(JsonElement)"/>
    public static byte[] Spell(string value) => Unescape(Encode(value));

    /// <inheritdoc cref="Spellings(JsonElement)"/>
    public static IEnumerable<byte[]> Spellings(string value) => Both(Encode(value));

    /// <summary>Any of some texts, as a trie: beginnings that are alike are read once.</summary>
    public static int Write(GrammarBuilder builder, IEnumerable<byte[]> texts, int next)
    {
        var sorted = texts.ToArray();
        Array.Sort(sorted, (left, right) => left.AsSpan().SequenceCompareTo(right));
        return Write(builder, sorted, 0, next);
    }

    // The texts are sorted and alike up to the position.
    private static int Write(GrammarBuilder builder, ReadOnlySpan<byte[]> texts, int position, int next)
    {
        var (first, last) = (texts[0], texts[^1]);
        var alike = position + first.AsSpan(position).CommonPrefixLength(last.AsSpan(position));
        var places = new List<int>();
        for (var i = 0; i < texts.Length;)
        {
            var end = i + 1;
            if (texts[i].Length == alike)
            {
                places.Add(next);
            }
            else
            {
                for (; end < texts.Length && texts[end][alike] == texts[i][alike]; end++)
                {
                }

                places.Add(builder.Literal([texts[i][alike]], Write(builder, texts[i..end], alike + 1, next)));
            }

            i = end;
        }

        return builder.Literal(first.AsSpan(position..alike), builder.Choice([.. places]));
    }

    private static IEnumerable<byte[]> Both(byte[] encoded)
    {
        var plain = Unescape(encoded);
        return plain.AsSpan().SequenceEqual(encoded) ? [encoded] : [plain, encoded];
    }

    private static byte[] Encode(string value) => JsonEncodedText.Encode(value, s_encoder).EncodedUtf8Bytes.ToArray();

    private static byte[] Encode(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = s_encoder }))
        {
            value.WriteTo(writer);
        }

        return stream.ToArray();
    }

    // Writes the characters in place of their escapes, but those that JSON has to escape.
    private static byte[] Unescape(byte[] json)
    {
        var text = new ArrayBufferWriter<byte>();
        for (var i = 0; i < json.Length;)
        {
            var length = json[i] != '\\' ? 1 : json[i + 1] != 'u' ? 2 : 6;
            var unit = length == 6 ? Unit(i) : ' ';
            if (char.IsHighSurrogate(unit))
            {
                length = 12;
                var rune = new Rune(unit, Unit(i + 6));
                text.Advance(rune.EncodeToUtf8(text.GetSpan(4)));
            }
            else if (length == 6 && unit >= ' ')
            {
                text.Advance(new Rune(unit).EncodeToUtf8(text.GetSpan(4)));
            }
            else
            {
                text.Write(json.AsSpan(i, length));
            }

            i += length;
        }

        return text.WrittenSpan.ToArray();

        char Unit(int at) => (char)int.Parse(Encoding.ASCII.GetString(json, at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
