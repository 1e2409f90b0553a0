using LoopLM.Checkpoints.Files;

namespace LoopLM.Checkpoints.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_FileIsThere_ReplacesIt()
    {
        File.WriteAllText(_folder["a"], "before");

        AtomicFile.Write(_folder["a"], "after");

        Assert.Equal(("after", 1), (File.ReadAllText(_folder["a"]), Directory.GetFiles(_folder.Path).Length));
    }

    [Fact]
    public void Write_WriterFails_LeavesWhatWasThere()
    {
        File.WriteAllText(_folder["a"], "before");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["a"], file =>
        {
            file.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal(("before", 1), (File.ReadAllText(_folder["a"]), Directory.GetFiles(_folder.Path).Length));
    }

    [Fact]
    public void Write_RestOfAKilledRun_IsGoneAfterwards()
    {
        File.WriteAllText(_folder["a.tmp"], "much more than is written now");

        AtomicFile.Write(_folder["a"], "after");

        Assert.Equal(("after", 1), (File.ReadAllText(_folder["a"]), Directory.GetFiles(_folder.Path).Length));
    }

    [Fact]
    public void Write_SomebodyElseWritesIt_IsRefusedAndTheOtherFinishes()
    {
        AtomicFile.Write(_folder["a"], file =>
        {
            Assert.Throws<IOException>(() => AtomicFile.Write(_folder["a"], "second"));
            file.Write("first"u8);
        });

        Assert.Equal("first", File.ReadAllText(_folder["a"]));
    }

    [Fact]
    public void Copy_OntoItself_KeepsTheFile()
    {
        File.WriteAllText(_folder["a"], "text");

        AtomicFile.Copy(_folder["a"], _folder["a"]);

        Assert.Equal("text", File.ReadAllText(_folder["a"]));
    }
}
