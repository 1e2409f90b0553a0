namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Strips, replaces and pads texts.</summary>
internal static class Editing
{
    /// <summary>Removes white space, or some characters, from the ends.</summary>
    public static MarkedText Strip(MarkedText text, string? characters, Budget budget, bool left = true, bool right = true)
    {
        // Half a surrogate pair is no character, and the budget counts what is compared.
        budget.Create(text.Length + (long)(characters?.Length ?? 0));
        var set = characters is null ? null : characters.EnumerateRunes().Select(rune => rune.ToString()).ToHashSet(StringComparer.Ordinal);
        var (start, end) = (0, text.Length);
        while (left && start < end && Strips(start, text.LengthAt(start)))
        {
            start += text.LengthAt(start);
        }

        while (right && end > start && Last() is var length && Strips(end - length, length))
        {
            end -= length;
        }

        return text.Slice(start, end - start);

        int Last() => end - start > 1 && char.IsSurrogatePair(text.Value[end - 2], text.Value[end - 1]) ? 2 : 1;

        bool Strips(int at, int length) => set?.Contains(text.Value.Substring(at, length)) ?? Spaces.IsSpace(text.Value[at]);
    }

    /// <summary>Replaces the first occurrences; an empty one stands before, between and behind all characters.</summary>
    public static MarkedText Replace(MarkedText text, MarkedText old, MarkedText with, int most, Budget budget)
    {
        budget.Search(text.Length, old.Length);
        var (parts, taken) = (new List<MarkedText>(), 0);
        if (old.Length == 0)
        {
            for (var at = 0; at <= text.Length && most > 0; most--)
            {
                budget.Step();
                var next = at < text.Length ? at + text.LengthAt(at) : at;
                parts.Add(with);
                taken = most == 1 ? at : next;
                parts.Add(text.Slice(at, taken - at));
                at = next == at ? at + 1 : next;
            }
        }
        else
        {
            for (var found = 0; found < most && text.Value.IndexOf(old.Value, taken, StringComparison.Ordinal) is >= 0 and var at; found++)
            {
                budget.Step();
                parts.Add(text.Slice(taken, at - taken));
                parts.Add(with);
                taken = at + old.Length;
            }
        }

        parts.Add(text.Slice(taken, text.Length - taken));
        return Values.Join(parts, budget);
    }

    /// <summary>Fills a text up to a width in characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The width.</param>
    /// <param name="fill">The character that fills.</param>
    /// <param name="left">Which of so many missing characters stand on the left.</param>
    /// <param name="budget">What it spends.</param>
    public static MarkedText Pad(MarkedText text, long width, MarkedText fill, Func<long, long> left, Budget budget)
    {
        var missing = width - Positions.Length(text.Value);
        if (missing <= 0)
        {
            return text;
        }

        budget.Create(missing * fill.Length);
        var before = (int)left(missing);
        return Values.Join([fill.Repeat(before), text, fill.Repeat((int)missing - before)], budget);
    }
}
