namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>Hugging Face's Digits: numeric characters (Nd, Nl, No) apart from the rest, singly or in runs.</summary>
internal sealed class DigitsSplitter(bool individual) : PreTokenSplitter
{
    public override int FirstLength(ReadOnlySpan<char> text)
    {
        var numeric = CharClasses.First(text, out var end) == CharClass.Number;
        while (end < text.Length && !(numeric && individual)
            && CharClasses.First(text[end..], out var length) == CharClass.Number == numeric)
        {
            end += length;
        }

        return end;
    }
}
