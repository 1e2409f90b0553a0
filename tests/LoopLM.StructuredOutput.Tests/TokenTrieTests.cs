using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests;

public sealed class TokenTrieTests
{
    [Fact]
    public void TryCreate_NoTokenForAQuote_IsRefused()
    {
        Assert.Null(TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(1, merges: 0, missing: (byte)'"')).GetTextBytes(), [0], out var problem));
        Assert.Contains("'\"'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCreate_EndTokensOutsideTheVocabulary_AreRefused()
    {
        Assert.Null(TokenTrie.TryCreate(BundledTokenizer.Instance.GetTextBytes(), [-1, 5000], out var problem));
        Assert.Contains("ends a text", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCreate_EveryByte_HoldsAllTokensButSpecialOnes()
    {
        var trie = TokenTrie.TryCreate(BundledTokenizer.Instance.GetTextBytes(), [BundledTokenizer.EndOfText], out _)!;
        Assert.Equal((256, 1, 260), (trie.All.Tokens.Length, trie.Depth, trie.VocabularySize));
    }

    [Fact]
    public void Nodes_MergedTokens_SpellEveryToken()
    {
        var tokenizer = SyntheticTokenizer.Load(SyntheticTokenizer.Create(5));
        var trie = TokenTrie.TryCreate(tokenizer.GetTextBytes(), [0], out _)!;
        var (path, spelled) = (new byte[trie.Depth], 0);
        foreach (var node in trie.All.Nodes)
        {
            path[node.Depth - 1] = node.Value;
            foreach (var token in trie.All.Tokens[node.FirstToken..node.EndToken])
            {
                Assert.Equal(tokenizer.GetTokenBytes(token), path.AsSpan(..node.Depth));
                spelled++;
            }
        }

        Assert.Equal(tokenizer.VocabularySize - 1, spelled);
    }
}
