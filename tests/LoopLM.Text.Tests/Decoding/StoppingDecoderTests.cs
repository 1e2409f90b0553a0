using System.Text;
using LoopLM.Testing;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;

namespace LoopLM.Text.Tests.Decoding;

public sealed class StoppingDecoderTests
{
    [Fact]
    public void Append_StopStringAcrossTokensAndInsideCharacters_StopsBeforeIt()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("😀é"));
        var text = string.Concat(Encoding.UTF8.GetBytes("a😀😀éb").Select(id => decoder.Append(id)));
        Assert.Equal(("a😀", "😀é", ""), (text, decoder.StoppedBy, decoder.Flush()));
    }

    [Fact]
    public void Flush_NothingStopped_GivesTheWithheldTextAndTheBrokenCharacter()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("abc"));
        Assert.Equal(["x", "", "", ""], ((int[])['x', 'a', 'b', 0xE2]).Select(decoder.Append));
        Assert.Equal(("ab\uFFFD", null), (decoder.Flush(), decoder.StoppedBy));
    }

    [Fact]
    public void Flush_BrokenCharacterCompletesAStopString_Stops()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("b\uFFFD"));
        Assert.Equal(["a", "", ""], ((int[])['a', 'b', 0xE2]).Select(decoder.Append));
        Assert.Equal(("", "b\uFFFD"), (decoder.Flush(), decoder.StoppedBy));
    }

    [Fact]
    public void Append_StopIncluded_EndsTheTextWithIt()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("bc"), includeStop: true);
        Assert.Equal("abc", string.Concat("abcd".Select(id => decoder.Append(id))) + decoder.Flush());
    }

    [Fact]
    public void Append_StopStringBeforeTheMinimum_DoesNotStop()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("ab"), minTokens: 3);
        Assert.Equal(("ababx", "ab"), (string.Concat("ababxab".Select(id => decoder.Append(id))), decoder.StoppedBy));
    }

    [Fact]
    public void Append_SpecialTokensKept_DecodesThem()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings(), skipSpecialTokens: false);
        Assert.Equal("<|endoftext|>", decoder.Append(BundledTokenizer.EndOfText));
    }

    [Fact]
    public void DecodedLength_TextWithheld_CountsIt()
    {
        var decoder = new StoppingDecoder(BundledTokenizer.Instance, new StopStrings("abc"));
        decoder.Append('a');
        decoder.Append('b');
        Assert.Equal(2, decoder.DecodedLength);
    }
}
