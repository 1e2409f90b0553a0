namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>A normalised text and where in the source each of its chars comes from.</summary>
internal sealed class AlignedText
{
    private readonly char[] _text;
    private readonly (int Start, int End)[] _sources;

    /// <summary>Creates a text.</summary>
    public AlignedText(List<AlignedRune> runes)
    {
        var length = runes.Sum(rune => rune.Value.Utf16SequenceLength);
        (_text, _sources) = (new char[length], new (int, int)[length]);
        var at = 0;
        foreach (var rune in runes)
        {
            var units = rune.Value.EncodeToUtf16(_text.AsSpan(at));
            _sources.AsSpan(at, units).Fill((rune.Start, rune.End));
            at += units;
        }
    }

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Text => _text;

    /// <summary>The code points of a text as they are.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="start">Where it is in the source.</param>
    public static List<AlignedRune> RunesOf(ReadOnlySpan<char> text, int start)
    {
        var runes = new List<AlignedRune>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            runes.Add(new(rune, start, start + rune.Utf16SequenceLength));
            start += rune.Utf16SequenceLength;
        }

        return runes;
    }

    /// <summary>The chars of the source from which some chars of this text come.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="length">How many; may be none.</param>
    public Range SourceOf(int start, int length)
    {
        if (length == 0)
        {
            var edge = start < _sources.Length ? _sources[start].Start : _sources.Length > 0 ? _sources[^1].End : 0;
            return edge..edge;
        }

        var (first, last) = _sources[start];
        foreach (var source in _sources.AsSpan(start, length))
        {
            (first, last) = (Math.Min(first, source.Start), Math.Max(last, source.End));
        }

        return first..last;
    }
}
