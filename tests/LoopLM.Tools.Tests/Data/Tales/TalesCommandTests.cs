using LoopLM.Tools.Data.Tales;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Data.Tales;

public sealed class TalesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    [Fact]
    public void Invoke_PrintedTales_PassTheirOwnCheck()
    {
        Assert.Equal(0, Invoke("--count", "3", "--seed", "5"));
        var file = Path.Combine(_folder, "tales.txt");
        File.WriteAllText(file, _console.Output);

        var checking = new TestConsole();
        Assert.Equal(0, TalesCommand.Create(checking).Parse(["--check", file]).Invoke());

        Assert.Equal(3, checking.Output.Split("ends well").Length - 1);
        Assert.Contains("0 contradictions", checking.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_Questions_PrintsAnswersAndSteps()
    {
        Assert.Equal(0, Invoke("--count", "1", "--questions", "4"));

        Assert.Matches(@"\? .+\. \([0-4]\)|\. .+\. \([0-4]\)", _console.Output);
    }

    [Fact]
    public void Invoke_NoSuchFile_ExitsWithOneAndNamesIt()
    {
        Assert.Equal(1, Invoke("--check", "no-such-tales.txt"));

        Assert.Contains("no-such-tales.txt", _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private int Invoke(params string[] arguments) => TalesCommand.Create(_console).Parse(arguments).Invoke();
}
