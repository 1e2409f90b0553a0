using LoopLM.Tools.Data;
using LoopLM.Tools.Tokenizer;
using LoopLM.Training.Data;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Data;

public sealed class DataCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    [Fact]
    public void Invoke_TextsChatsAndTasks_WritesShardsWhoseTargetsAreTheAnswers()
    {
        var (text, tokenizer, data) = (In("text.txt"), In("tokenizer.json"), In("tokens"));
        File.WriteAllText(text, "The cat\nsat on the mat, and the cat sat.\n<|endoftext|>\nThe dog\nsat on the log, and the dog sat.\n");
        Assert.Equal(0, TokenizerCommand.Create(_console).Parse(["train", text, "--vocabulary", "280", "--out", tokenizer]).Invoke());

        var exitCode = DataCommand.Create(_console).Parse(
            [data, "--tokenizer", tokenizer, "--shard-tokens", "200", "--source", $"text:path={text},repeat=2",
                "--source", $"story:path={text}", "--source", "sum:count=30,held-out=4,chat=0.5"]).Invoke();

        Assert.True(exitCode == 0, _console.Output);
        var dataset = TokenDataset.Load(data);
        var read = dataset.Read(data, dataset.Train);
        Assert.Equal(["text", "story", "sum"], dataset.Kinds);
        Assert.True(dataset.Train.Count > 1);
        var loaded = LoopLM.Text.Tokenization.ByteLevelBpeTokenizer.Load(In("tokens", "tokenizer.json"));
        foreach (var document in Enumerable.Range(0, read.Documents).Where(document => read.Kinds[document] == 2))
        {
            string Decode(byte target) => loaded.Decode(
                Enumerable.Range(read.Starts[document], read.End(document) - read.Starts[document])
                    .Where(i => read.IsTarget[i] == target).Select(i => read.Tokens[i]), skipSpecialTokens: true);
            var sum = Decode(0).Replace("user", "", StringComparison.Ordinal)
                .Replace("assistant", "", StringComparison.Ordinal).Trim().TrimEnd('=').Split('+').Sum(int.Parse);
            Assert.Equal($"{sum}", Decode(1));
        }
    }

    [Fact]
    public void Invoke_NoSuchFile_ExitsWithOneAndNamesIt()
    {
        var exitCode = DataCommand.Create(_console)
            .Parse([In("tokens"), "--tokenizer", "no-such.json", "--source", "sum:count=3"]).Invoke();

        Assert.Equal(1, exitCode);
        Assert.Contains("no-such.json", _console.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params ReadOnlySpan<string> path) => Path.Combine([_folder, .. path]);
}
