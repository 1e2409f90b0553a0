using LoopLM.Checkpoints;
using LoopLM.Training.Data;

namespace LoopLM.Training.Tests.Data;

public sealed class DataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;

    [Theory]
    [InlineData(9)]
    [InlineData(20)]
    [InlineData(4)]
    public void Pack_AnyWindow_HoldsEveryTokenOnceAndCutsOnlyLongDocuments(int length)
    {
        var split = TinyTraining.Documents();

        var windows = WindowPacker.Pack(split, length);

        Assert.Equal(Enumerable.Range(0, split.Tokens.Length), windows.SelectMany(window => Enumerable.Range(window.Start, window.Length)));
        Assert.All(windows, window => Assert.InRange(window.Length, 1, length));
        Assert.All(windows, window => Assert.InRange(window.Start, split.Starts[window.Document], split.End(window.Document) - 1));
        var cut = windows.Where(window => split.Starts[window.Document] != window.Start);
        Assert.All(cut, window => Assert.True(split.End(window.Document) - split.Starts[window.Document] > length));
    }

    [Fact]
    public void TrainingBatch_PackedDocuments_PredictsOnlyTargetsWithinADocument()
    {
        // Documents 7 8 9, 5 6 and 1 2 3; of the last, token 3 alone is a target.
        var split = new TokenSplit([7, 8, 9, 5, 6, 1, 2, 3], [1, 1, 1, 1, 1, 0, 0, 1], [0, 3, 5], [0, 0, 0]);

        var batch = new TrainingBatch(split, [new(0, 5, 0), new(5, 3, 2)], 6);

        Assert.Equal([7, 8, 9, 5, 6, 0, 1, 2, 3, 0, 0, 0], batch.Tokens);
        Assert.Equal([0, 0, 0, 1, 1, -1, 2, 2, 2, -1, -1, -1], batch.Documents);
        Assert.Equal([0, 1, 3, 7], batch.Positions);
        Assert.Equal([8, 9, 6, 3], batch.Targets);
        Assert.Equal([0, 0, 1, 2], batch.Owners);
    }

    [Fact]
    public void WindowOrder_EachEpoch_HasEveryWindowOnceInAnotherOrder()
    {
        var order = new WindowOrder(50, seed: 3);
        int[] Epoch(int epoch) => [.. Enumerable.Range(0, 50).Select(i => order[(50 * epoch) + i])];

        var (first, second, again) = (Epoch(0), Epoch(1), Epoch(0));

        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(Enumerable.Range(0, 50), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, again);
    }

    [Fact]
    public void Read_TwoShards_GivesTheDocumentsInOrder()
    {
        var split = TinyTraining.Documents(7);
        TokenShard.Write(Path.Combine(_folder, "a.safetensors"), split);
        TokenShard.Write(Path.Combine(_folder, "b.safetensors"), split);
        var dataset = new TokenDataset
        {
            VocabularySize = TinyTraining.Vocabulary,
            Kinds = ["counting"],
            Train = ["a.safetensors", "b.safetensors"],
            HeldOut = [],
        };
        dataset.Save(_folder);

        var read = TokenDataset.Load(_folder).Read(_folder, dataset.Train);

        Assert.Equal([.. split.Tokens, .. split.Tokens], read.Tokens);
        Assert.Equal([.. split.Starts, .. split.Starts.Select(start => start + split.Tokens.Length)], read.Starts);
    }

    [Theory]
    [InlineData(8, 1, "tokens holds an id")]
    [InlineData(TinyTraining.Vocabulary, 0, "kinds holds a number")]
    public void Read_ValuesOutOfRange_Refuses(int vocabulary, int kinds, string problem)
    {
        var path = Path.Combine(_folder, "a.safetensors");
        TokenShard.Write(path, TinyTraining.Documents());

        Assert.Contains(
            problem, Assert.Throws<CheckpointException>(() => TokenShard.Read(path, vocabulary, kinds)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
