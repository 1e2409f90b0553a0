using System.Text;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;
using LoopLM.Text.Tests.Tokenization;

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
}
