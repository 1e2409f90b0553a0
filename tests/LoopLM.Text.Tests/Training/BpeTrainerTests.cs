using System.Text;
using LoopLM.Text.Tests.Tokenization;
using LoopLM.Text.Tokenization;
using LoopLM.Text.Training;

namespace LoopLM.Text.Tests.Training;

public sealed class BpeTrainerTests : IClassFixture<HuggingFaceOracle>
{
    private static readonly string[] s_specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    private static readonly string[] s_texts =
    [
        "The low lower lowest newer new newest wide wider widest road; 'twas low, isn't it?",
        "Twelve and 12 make 24, and 24 + 12 = 36. Łódź, naïve café, 東京, 🙂🙂.\n\n\tAnd so on   and so on.",
    ];

    private readonly HuggingFaceOracle _oracle;

    public BpeTrainerTests(HuggingFaceOracle oracle) => _oracle = oracle;

    [Fact]
    public void Train_PairsThatOccurEquallyOften_TakesTheMostFrequentThenTheLowestIds()
    {
        var trainer = new BpeTrainer();
        trainer.Add("ab ab ab cab cab");

        var merges = trainer.Train(3 + 256 + 2, s_specialTokens).Merges;

        int Id(char letter) => 3 + letter;
        Assert.Equal([(Id('a'), Id('b')), (Id(' '), Id('c'))], merges);
    }

    [Fact]
    public void Train_AnyOrderOfTexts_GivesTheSameFile()
    {
        Assert.Equal(Json(s_texts), Json([.. s_texts.Reverse()]));
    }

    [Fact]
    public void Write_TrainedVocabulary_LoadsAndRoundTripsTextItHasNotSeen()
    {
        var tokenizer = Load(Json(s_texts));
        const string Unseen = "Ünseen 98765 wörds\r\n and 🦊 bytes";

        Assert.Equal(Unseen, tokenizer.Decode(tokenizer.EncodeToIds(Unseen)));
        Assert.Equal([0, 1, 2], s_specialTokens.Select(name => Assert.Single(tokenizer.EncodeWithSpecialTokens(name))));
        Assert.Equal(5, tokenizer.EncodeToIds("98765").Count);
        Assert.Single(tokenizer.EncodeToIds(" low"));
    }

    [Fact]
    public async Task Write_TrainedVocabulary_HuggingFaceReadsItAlike()
    {
        var json = Json(s_texts);
        string[] texts = [.. s_texts, "lowest newest 2412", "<|im_start|>user\nwider?<|im_end|>"];

        var expected = await _oracle.EncodeAsync(json, texts);

        Assert.Equal(expected, texts.Select(text => Load(json).EncodeWithSpecialTokens(text).ToArray()));
    }

    [Fact]
    public void Train_NoRoomForTheBytes_Refuses() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpeTrainer().Train(258, s_specialTokens));

    private static string Json(IReadOnlyList<string> texts)
    {
        var trainer = new BpeTrainer();
        foreach (var text in texts)
        {
            trainer.Add(text);
        }

        using var stream = new MemoryStream();
        trainer.Train(320, s_specialTokens).Write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ByteLevelBpeTokenizer Load(string json) => ByteLevelBpeTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
