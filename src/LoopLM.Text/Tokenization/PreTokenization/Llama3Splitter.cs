namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>Scans what <see cref="Pattern"/> (Llama 3) or <see cref="SingleDigitPattern"/> (Qwen 2) matches; neither leaves gaps.</summary>
/// <param name="maxNumberRun">Numeric characters in one piece: 3 or 1.</param>
internal sealed class Llama3Splitter(int maxNumberRun) : PreTokenSplitter
{
    public const string Pattern = Contractions + @"|\p{N}{1,3}|" + AfterNumbers;
    public const string SingleDigitPattern = Contractions + @"|\p{N}|" + AfterNumbers;

    private const string Contractions = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+";
    private const string AfterNumbers = @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public override int FirstLength(ReadOnlySpan<char> text)
    {
        switch (text)
        {
            // U+017F folds to s.
            case ['\'', 's' or 'S' or '\u017F' or 't' or 'T' or 'm' or 'M' or 'd' or 'D', ..]:
                return 2;
            case ['\'', 'r' or 'R' or 'v' or 'V', 'e' or 'E', ..] or ['\'', 'l' or 'L', 'l' or 'L', ..]:
                return 3;
        }

        var first = CharClasses.First(text, out var length);
        var lettersFrom = first == CharClass.Letter || first == CharClass.Number || text[0] is '\r' or '\n' ? 0 : length;
        var letters = CharClasses.RunLength(text[lettersFrom..], CharClass.Letter);
        if (letters > 0)
        {
            return lettersFrom + letters;
        }

        if (first == CharClass.Number)
        {
            return NumberLength(text);
        }

        var othersFrom = text[0] == ' ' ? 1 : 0;
        var others = CharClasses.RunLength(text[othersFrom..], CharClass.Other);
        if (others > 0)
        {
            var end = othersFrom + others;
            var breaks = text[end..].IndexOfAnyExcept('\r', '\n');
            return breaks < 0 ? text.Length : end + breaks;
        }

        var run = CharClasses.RunLength(text, CharClass.Space);
        var lastBreak = text[..run].LastIndexOfAny('\r', '\n');
        return lastBreak >= 0 ? lastBreak + 1 : SpaceLength(run, text.Length);
    }

    private int NumberLength(ReadOnlySpan<char> text)
    {
        var end = 0;
        for (var i = 0; i < maxNumberRun && end < text.Length && CharClasses.First(text[end..], out var length) == CharClass.Number; i++)
        {
            end += length;
        }

        return end;
    }
}
