namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>Scans what <see cref="Pattern"/> matches; it leaves no gaps.</summary>
internal sealed class Gpt2Splitter : PreTokenSplitter
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override int FirstLength(ReadOnlySpan<char> text)
    {
        switch (text)
        {
            case ['\'', 's' or 't' or 'm' or 'd', ..]:
                return 2;
            case ['\'', 'r' or 'v', 'e', ..] or ['\'', 'l', 'l', ..]:
                return 3;
        }

        var start = text is [' ', _, ..] ? 1 : 0;
        var charClass = CharClasses.First(text[start..], out _);
        return charClass == CharClass.Space
            ? SpaceLength(CharClasses.RunLength(text, CharClass.Space), text.Length)
            : start + CharClasses.RunLength(text[start..], charClass);
    }
}
