using System.Text;
using System.Text.Json;

namespace LoopLM.Checkpoints.Json;

/// <summary>Says in plain words why a text is not JSON.</summary>
internal static class JsonSyntax
{
    private const int MaxWord = 20;
    private const int MaxName = 80;
    private const string Numbers = "a number is written like 16, -0.5 or 1e6, without a plus sign, zeros or a point before it";
    private const string Values = "a value is a string in double quotes, a number, a list, an object, true, false or null";

    /// <summary>
    /// What is wrong with a text, as the rest of a sentence without a full stop; null where it is JSON in which no object has a name twice.
    /// </summary>
    /// <param name="json">The text, UTF-8 without a mark of its byte order.</param>
    /// <param name="maxDepth">Lists and objects within each other, at most.</param>
    public static string? FindProblem(ReadOnlySpan<byte> json, int maxDepth)
    {
        var names = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        names.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName when reader.GetString() is var name && !names.Peek().Add(name!):
                        var shown = name!.Length > MaxName ? name[..MaxName] + "..." : name;
                        return $"{JsonPlace.At(json, (int)reader.TokenStartIndex)}: the name '{shown}' comes twice in one object";
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            var at = JsonPlace.OffsetOf(json, exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
            return Explain(json, at, reader.CurrentDepth, reader.TokenType, maxDepth).TrimEnd('.');
        }
        catch (InvalidOperationException)
        {
            return $"{JsonPlace.At(json, (int)reader.TokenStartIndex)}: a name contains an escaped lone surrogate; "
                + "it must be well-formed Unicode";
        }
    }

    /// <summary>Explains an error of the reader.</summary>
    /// <param name="json">The text.</param>
    /// <param name="at">Where the reader stopped; the length where the text ended too early.</param>
    /// <param name="depth">The reader's depth, which does not count what the last token opened.</param>
    /// <param name="last">The last token that was read.</param>
    /// <param name="maxDepth">Lists and objects within each other, at most.</param>
    public static string Explain(ReadOnlySpan<byte> json, int at, int depth, JsonTokenType last, int maxDepth)
    {
        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return "it is empty.";
        }

        var place = JsonPlace.At(json, at);
        if (at >= json.Length)
        {
            return $"it ends at {place}, before it is complete.";
        }

        var found = Describe(json[at..]);
        var opened = last is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0;
        var before = json[..at].TrimEnd(" \t\r\n"u8);
        return json[at] switch
        {
            (byte)'{' or (byte)'[' when depth + opened >= maxDepth =>
                $"{place}: lists and objects are more than {maxDepth} deep.",
            _ when depth + opened == 0 && last != JsonTokenType.None =>
                $"{place}: {found} follows the end of the first value; there must be one value.",
            (byte)'/' => $"{place}: found {found}; JSON has no comments.",
            (byte)'}' or (byte)']' when before is [.., (byte)','] => $"{place}: found {found} after a comma; JSON has no trailing commas.",
            (byte)'\'' => $"{place}: found {found}; names and strings must be in double quotes.",
            < 0x20 => $"{place}: found {found}; a string must escape it, for example as \\n.",
            _ when json[..at] is [.., (byte)'\\'] =>
                $"{place}: found {found} after a backslash; JSON has the escapes \\\" \\\\ \\/ \\b \\f \\n \\r "
                    + "\\t and \\u with four digits.",
            (byte)'+' or (byte)'.' or (>= (byte)'0' and <= (byte)'9') => $"{place}: found {found}; {Numbers}.",
            _ when json[..at] is [.., >= (byte)'0' and <= (byte)'9'] => $"{place}: found {found}; {Numbers}.",
            _ when IsLetter(json[at]) && last is JsonTokenType.StartObject =>
                $"{place}: found {found}; names and strings must be in double quotes.",
            _ when IsLetter(json[at]) => $"{place}: found '{Word(json[at..])}'; {Values}.",
            _ when last == JsonTokenType.PropertyName => $"{place}: found {found}; a value must follow its name and a colon.",
            _ => $"{place}: found {found}, which is not allowed there.",
        };
    }

    private static bool IsLetter(byte value) => char.IsAsciiLetter((char)value);

    private static string Word(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < Math.Min(text.Length, MaxWord) && IsLetter(text[length]))
        {
            length++;
        }

        return Encoding.ASCII.GetString(text[..length]);
    }

    private static string Describe(ReadOnlySpan<byte> text)
    {
        Rune.DecodeFromUtf8(text, out var rune, out _);
        return Rune.IsControl(rune) ? $"the control character U+{rune.Value:X4}" : $"'{rune}'";
    }
}
