using System.Text.Json;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Tests.Tokenization;

public sealed class GoldenTokenTests
{
    [Fact]
    public void EncodeToIds_GoldenTexts_GivesTheirIds()
    {
        var tokenizer = ByteLevelBpeTokenizer.Load(TestData.SharedOrSkip("golden", "tokenizer", "tokenizer.json"));
        using var golden = JsonDocument.Parse(File.ReadAllBytes(TestData.SharedOrSkip("golden", "tokenizer", "golden.json")));
        Assert.All(golden.RootElement.EnumerateArray(), item => Assert.Equal(
            item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()),
            tokenizer.EncodeToIds(item.GetProperty("text").GetString()!)));
    }
}
