using System.Text.Encodings.Web;
using System.Text.Json;
using LoopLM.Text.Constraints.Automata;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Writes values that are given word by word.</summary>
internal static class LiteralTexts
{
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The one spelling of a value: without white space, with as few escapes as JSON allows.</summary>
    public static byte[] Spell(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = s_encoder }))
        {
            value.WriteTo(writer);
        }

        return stream.ToArray();
    }

    /// <inheritdoc cref="Spell(JsonElement)"/>
    public static byte[] Spell(string value) => JsonEncodedText.Encode(value, s_encoder).EncodedUtf8Bytes.ToArray();

    /// <summary>The one spelling of a value in Python.</summary>
    public static byte[] SpellInPython(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => [.. "True"u8],
        JsonValueKind.False => [.. "False"u8],
        JsonValueKind.Null => [.. "None"u8],
        JsonValueKind.Array => [(byte)'[', .. Join(value.EnumerateArray().Select(SpellInPython)), (byte)']'],
        JsonValueKind.Object => [(byte)'{', .. Join(value.EnumerateObject().Select(SpellInPython)), (byte)'}'],
        _ => Spell(value),
    };

    private static byte[] SpellInPython(JsonProperty member) =>
        [(byte)'"', .. Spell(member.Name), .. "\": "u8, .. SpellInPython(member.Value)];

    private static IEnumerable<byte> Join(IEnumerable<byte[]> items) => items.SelectMany((item, i) => i == 0 ? item : [.. ", "u8, .. item]);

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
}
