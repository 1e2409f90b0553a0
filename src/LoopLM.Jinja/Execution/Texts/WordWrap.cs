using System.Globalization;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Breaks lines between words as Python's textwrap does, behind hyphens within words and before and behind dashes too.</summary>
/// <param name="width">Characters of a line.</param>
/// <param name="breaksLongWords">Whether a longer word is cut.</param>
/// <param name="breaksAtHyphens">Whether a line may end behind a hyphen.</param>
/// <param name="budget">What it spends.</param>
internal sealed class WordWrap(int width, bool breaksLongWords, bool breaksAtHyphens, Budget budget)
{
    /// <summary>Words of letters, digits and underscores.</summary>
    public static int CountWords(string text)
    {
        var (count, inWord) = (0, false);
        for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
        {
            var isWord = IsWord(text, at);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    /// <summary>The lines of one line; none where it is blank.</summary>
    public List<MarkedText> Wrap(MarkedText line)
    {
        if (width <= 0)
        {
            throw new JinjaFault("The width must be at least 1.");
        }

        budget.Create(line.Length);
        var (lines, chunks) = (new List<MarkedText>(), new Stack<MarkedText>(Cut(line).AsEnumerable().Reverse()));
        while (chunks.Count > 0)
        {
            budget.Step();
            if (lines.Count > 0 && IsBlank(chunks.Peek().Value))
            {
                chunks.Pop();
            }

            var parts = Fill(chunks);
            if (parts.Count > 0 && IsBlank(parts[^1].Value))
            {
                parts.RemoveAt(parts.Count - 1);
            }

            if (parts.Count > 0)
            {
                lines.Add(Values.Join(parts, budget));
            }
        }

        return lines;
    }

    private List<MarkedText> Fill(Stack<MarkedText> chunks)
    {
        var (parts, length) = (new List<MarkedText>(), 0);
        while (chunks.TryPeek(out var chunk) && length + Positions.Length(chunk.Value) is var next && next <= width)
        {
            parts.Add(chunks.Pop());
            length = next;
        }

        if (chunks.TryPeek(out var rest) && Positions.Length(rest.Value) > width)
        {
            if (breaksLongWords)
            {
                budget.Create(rest.Length);
                var end = Break(chunks.Pop(), width - length);
                parts.Add(rest.Slice(0, end));
                chunks.Push(rest.Slice(end, rest.Length - end));
            }
            else if (parts.Count == 0)
            {
                parts.Add(chunks.Pop());
            }
        }

        return parts;
    }

    private int Break(MarkedText chunk, int room)
    {
        var end = Positions.CharIndex(chunk.Value, Math.Max(room, width < 1 ? 1 : room));
        if (breaksAtHyphens && Positions.Length(chunk.Value) > room && room > 0)
        {
            var hyphen = chunk.Value.LastIndexOf('-', end - 1);
            end = hyphen > 0 && chunk.Value.AsSpan(0, hyphen).ContainsAnyExcept('-') ? hyphen + 1 : end;
        }

        return end;
    }

    /// <summary>The text in pieces between which a line may end.</summary>
    private List<MarkedText> Cut(MarkedText line)
    {
        var (chunks, text, start) = (new List<MarkedText>(), line.Value, 0);
        for (var at = 1; at <= text.Length; at++)
        {
            if (at == text.Length || IsSpace(text[at - 1]) != IsSpace(text[at]) || (breaksAtHyphens && IsBreak(text, start, ref at)))
            {
                chunks.Add(line.Slice(start, at - start));
                start = at;
            }
        }

        return chunks;
    }

    // A dash of two hyphens and more is a piece of its own between words; one hyphen ends a piece between letters.
    private bool IsBreak(string text, int start, ref int at)
    {
        if (IsSpace(text[at]))
        {
            return false;
        }

        if (text[at] == '-' && at > start && IsWordOrPunctuation(text, at - 1) && DashEnd(text, at) >= 0)
        {
            return true;
        }

        if (text[start] == '-' && at == start + 1 && start > 0 && IsWordOrPunctuation(text, start - 1) && DashEnd(text, start) is >= 0 and var end)
        {
            at = end;
            return true;
        }

        return text[at - 1] == '-' && at - start > 1 && EndsHyphenated(text, at);
    }

    private static bool EndsHyphenated(string text, int at)
    {
        var before = at >= 3 && IsLetter(text, at - 2) && (IsLetter(text, at - 3) || (at >= 4 && IsLetter(text, at - 4) && text[at - 3] == '-'));
        return before && IsLetter(text, at) && (IsLetter(text, at + 1) || (at + 1 < text.Length && text[at + 1] == '-' && IsLetter(text, at + 2)));
    }

    /// <summary>Where a dash that begins here ends before a word; -1 where it is none.</summary>
    private int DashEnd(string text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] == '-')
        {
            end++;
        }

        budget.Work(end - at);
        return end - at >= 2 && end < text.Length && IsWord(text, end) ? end : -1;
    }

    private static bool IsBlank(string text) => text.All(Spaces.IsSpace);

    private static bool IsSpace(char value) => value is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    private static bool IsLetter(string text, int at) => at < text.Length && char.IsLetter(text, at);

    private static bool IsWord(string text, int at) =>
        text[at] == '_' || char.IsLetterOrDigit(text, at) || CharUnicodeInfo.GetNumericValue(text, at) >= 0;

    private static bool IsWordOrPunctuation(string text, int at) => IsWord(text, at) || text[at] is '!' or '"' or '\'' or '&' or '.' or ',' or '?';
}
