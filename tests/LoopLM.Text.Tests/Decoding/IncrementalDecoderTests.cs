using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.Testing;
using LoopLM.Text.Decoding;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Tests.Decoding;

public sealed class IncrementalDecoderTests
{
    private static readonly ByteLevelBpeTokenizer s_bytes = BundledTokenizer.Instance;
    private static readonly ByteLevelBpeTokenizer s_merged = SyntheticTokenizer.Load(SyntheticTokenizer.Create(7));

    // Bytes that begin, continue and break UTF-8 sequences, beside any other.
    private static readonly Arbitrary<int[]> s_bytesThatMeet = Gen.Frequency(
        (4, Gen.Elements(0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4)), (1, Gen.Choose(0, 259))).ArrayOf().ToArbitrary();

    [Fact]
    public void Append_AnyBytesOneByOne_GivesWhatDecodingAtOnceGives() =>
        Prop.ForAll(s_bytesThatMeet, ids => DecodeOneByOne(s_bytes, ids) == s_bytes.Decode(ids)).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_TokensOfSeveralBytes_GivesWhatDecodingAtOnceGives() =>
        Prop.ForAll(
            Gen.Choose(0, s_merged.VocabularySize).ArrayOf().ToArbitrary(), ids => DecodeOneByOne(s_merged, ids) == s_merged.Decode(ids))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Append_LastByteOfACharacter_ReleasesItAtOnce()
    {
        var decoder = new IncrementalDecoder(s_bytes);
        Assert.Equal(["a", "", "", "", "😀", "", "é"], Encoding.UTF8.GetBytes("a😀é").Select(id => decoder.Append(id)));
    }

    [Fact]
    public void Append_SequenceBreaksOff_ReleasesOneReplacementWithTheNextByte()
    {
        var decoder = new IncrementalDecoder(s_bytes);
        Assert.Equal(["", "", "\uFFFDa"], ((int[])[0xF0, 0x9F, 'a']).Select(decoder.Append));
    }

    [Fact]
    public void Flush_InsideACharacter_GivesOneReplacementAndBeginsAnew()
    {
        var decoder = new IncrementalDecoder(s_bytes);
        Assert.Equal("", decoder.Append(0xE2) + decoder.Append(0x82));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Flush());
        Assert.Equal("b", decoder.Append('b'));
    }

    [Theory]
    [InlineData(true, "ab")]
    [InlineData(false, "a<|endoftext|>b")]
    public void Append_SpecialToken_IsSkippedUnlessAskedFor(bool skip, string expected)
    {
        var decoder = new IncrementalDecoder(s_bytes, skip);
        Assert.Equal(expected, decoder.Append('a') + decoder.Append(BundledTokenizer.EndOfText) + decoder.Append('b'));
    }

    private static string DecodeOneByOne(ByteLevelBpeTokenizer tokenizer, int[] ids)
    {
        var decoder = new IncrementalDecoder(tokenizer);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }
}
