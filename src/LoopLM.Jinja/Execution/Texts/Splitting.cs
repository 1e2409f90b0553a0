using System.Buffers;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Cuts texts into parts.</summary>
internal static class Splitting
{
    /// <summary>Where Python ends a line.</summary>
    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>The lines of a text.</summary>
    public static List<MarkedText> Lines(MarkedText text, bool keepEnds, Budget budget)
    {
        var lines = new List<MarkedText>();
        budget.Create(text.Length);
        for (var start = 0; start < text.Length;)
        {
            budget.Step();
            var length = text.Value.AsSpan(start).IndexOfAny(s_lineEnds);
            var end = length < 0 ? text.Length : start + length;
            var next = length < 0 ? end : end + (text.Value.AsSpan(end).StartsWith("\r\n") ? 2 : 1);
            lines.Add(text.Slice(start, (keepEnds ? next : end) - start));
            start = next;
        }

        return lines;
    }

    /// <summary>The parts between separators, in the order in which they are found.</summary>
    public static List<MarkedText> At(MarkedText text, string separator, int most, bool fromEnd, Budget budget)
    {
        if (separator.Length == 0)
        {
            throw new JinjaFault("A string cannot be split at an empty one.");
        }

        budget.Create(text.Length);
        budget.Search(text.Length, separator.Length);
        var (parts, start, end) = (new List<MarkedText>(), 0, text.Length);
        while (parts.Count < most)
        {
            budget.Step();
            var rest = text.Value.AsSpan(start, end - start);
            var at = fromEnd ? rest.LastIndexOf(separator) : rest.IndexOf(separator);
            if (at < 0)
            {
                break;
            }

            var (before, after) = (start + at, start + at + separator.Length);
            parts.Add(fromEnd ? text.Slice(after, end - after) : text.Slice(start, before - start));
            (start, end) = fromEnd ? (start, before) : (after, end);
        }

        parts.Add(text.Slice(start, end - start));
        return parts;
    }

    /// <summary>The words between white space, in the order in which they are found.</summary>
    public static List<MarkedText> AtSpace(MarkedText text, int most, bool fromEnd, Budget budget)
    {
        budget.Create(text.Length);
        var (parts, start, end) = (new List<MarkedText>(), 0, text.Length);
        while (Skip(Spaces.IsSpace))
        {
            budget.Step();
            var (wordStart, wordEnd) = (start, end);
            if (parts.Count < most)
            {
                Skip(each => !Spaces.IsSpace(each));
                (wordStart, wordEnd) = fromEnd ? (end, wordEnd) : (wordStart, start);
            }
            else
            {
                end = start;
            }

            parts.Add(text.Slice(wordStart, wordEnd - wordStart));
        }

        return parts;

        // Whether something is left behind what is skipped.
        bool Skip(Func<char, bool> skips)
        {
            while (start < end && skips(text.Value[fromEnd ? end - 1 : start]))
            {
                (start, end) = fromEnd ? (start, end - 1) : (start + 1, end);
            }

            return start < end;
        }
    }
}
