using LoopLM.Testing;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data;
using LoopLM.Tools.Eval;

namespace LoopLM.Tools.Tests.Eval;

public sealed class TokenKindsTests
{
    [Fact]
    public void Of_BytesOfALine_NamesTheKindOfEach()
    {
        var tokenizer = ByteLevelBpeTokenizer.Load(TestData.Fixture("..", "..", "models", "looplm-bytes", "tokenizer.json"));
        var split = TokenisedDocument.Join(
            [TokenisedDocument.Of(tokenizer, Documents.Text("He met Ann, 9.\n1+2=34"), 0),
                TokenisedDocument.Of(tokenizer, Documents.Line([("5+6", "11")]), 0)]);
        var kinds = new TokenKinds(split, tokenizer);

        Assert.Equal(
            "special token|function word|inside a word|space|word begin|inside a word|inside a word|space|name|inside a word|inside a word|punctuation|space|digit|end of sentence|end of line|"
            + "digit|punctuation|digit|punctuation|answer digit|answer digit|special token|digit|punctuation|digit|punctuation|answer digit|answer digit|special token",
            string.Join('|', Enumerable.Range(0, split.Tokens.Length).Select(kinds.Of)));
        Assert.Equal("5+6=[1]", kinds.Excerpt(split.Tokens.Length - 3));
    }
}
