using System.Text;
using LoopLM.Jinja.Execution;

namespace LoopLM.Jinja;

/// <summary>A text that knows of each char whether the template wrote it. Cutting and joining keep the marks. Immutable.</summary>
internal sealed class MarkedText
{
    /// <summary>Chars that are changed one by one in about the time of a step.</summary>
    private const int CharsOfAStep = 16;

    /// <summary>The mark of each char; empty where all have the same.</summary>
    private readonly ReadOnlyMemory<bool> _marks;
    private readonly bool _common;

    private MarkedText(string value, ReadOnlyMemory<bool> marks, bool common)
    {
        (Value, _marks, _common) = (value, marks, common);
    }

    public static MarkedText Empty { get; } = OfData("");

    public string Value { get; }

    public int Length => Value.Length;

    /// <summary>Whether the template wrote all of it.</summary>
    public bool IsOwn => _marks.IsEmpty ? _common : !_marks.Span.Contains(false);

    public static MarkedText OfTemplate(string value) => new(value, default, common: true);

    public static MarkedText OfData(string value) => new(value, default, common: false);

    /// <param name="value">The text.</param>
    /// <param name="marks">For each char: true where it comes from the template's own text, false where it comes from data.</param>
    public static MarkedText Of(string value, ReadOnlyMemory<bool> marks) => new(value, marks, common: false);

    public static MarkedText Join(IReadOnlyList<MarkedText> parts)
    {
        var value = string.Concat(parts.Select(part => part.Value));
        var first = parts.FirstOrDefault(part => part.Length > 0);
        if (first is null || parts.All(part => part.Length == 0 || (part._marks.IsEmpty && part._common == first._common)))
        {
            return new(value, default, first?._common ?? false);
        }

        var marks = new bool[value.Length];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyMarks(marks.AsSpan(at, part.Length));
            at += part.Length;
        }

        return Of(value, marks);
    }

    /// <summary>The text so many times in a row.</summary>
    public MarkedText Repeat(int times)
    {
        var value = new StringBuilder(Length * times).Insert(0, Value, times).ToString();
        if (_marks.IsEmpty)
        {
            return new(value, default, _common);
        }

        var marks = new bool[value.Length];
        for (var at = 0; at < marks.Length; at += Length)
        {
            CopyMarks(marks.AsSpan(at, Length));
        }

        return Of(value, marks);
    }

    /// <summary>Whether the template wrote a char.</summary>
    public bool IsOwnAt(int index) => _marks.IsEmpty ? _common : _marks.Span[index];

    public MarkedText Slice(int start, int length) =>
        length == Length ? this : new(Value.Substring(start, length), _marks.IsEmpty ? default : _marks.Slice(start, length), _common);

    /// <summary>The same marks on another text of the same length.</summary>
    public MarkedText With(string changed) => new(changed, _marks, _common);

    /// <summary>The text with each code point changed to a text of the same mark.</summary>
    /// <param name="change">Gives the text for the code point of so many chars at an index.</param>
    /// <param name="budget">What it spends.</param>
    public MarkedText Map(Func<int, int, string> change, Budget budget)
    {
        var builder = new MarkedTextBuilder();
        var charged = 0;
        for (var at = 0; at < Length;)
        {
            if (at >= charged)
            {
                budget.Step();
                charged += CharsOfAStep;
            }

            var length = LengthAt(at);
            builder.Append(change(at, length), IsOwnAt(at));
            at += length;
        }

        return builder.ToText();
    }

    /// <summary>Chars of the code point that begins at an index.</summary>
    public int LengthAt(int index) => index + 1 < Length && char.IsSurrogatePair(Value[index], Value[index + 1]) ? 2 : 1;

    private void CopyMarks(Span<bool> target)
    {
        if (_marks.IsEmpty)
        {
            target.Fill(_common);
        }
        else
        {
            _marks.Span.CopyTo(target);
        }
    }
}
