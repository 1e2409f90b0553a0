using LoopLM.Tools.Bench;

namespace LoopLM.Tools.Tests.Bench;

public sealed class BenchExitTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void For_Fixed_IsTheDepth()
    {
        var settings = BenchExit.Parse("fixed:3").For(0, 10);

        Assert.Equal(("fixed", 3), (settings.Policy, settings.MaxLoops));
    }

    [Fact]
    public void For_Threshold_IsThatOfQExit()
    {
        var settings = BenchExit.Parse("q:0.25").For(0, 10);

        Assert.Equal(("q-exit", 0.25f), (settings.Policy, settings.Threshold));
    }

    [Fact]
    public void For_Trace_RepeatsWhatFollowsThePromptPassAndSharesTheLinesOut()
    {
        File.WriteAllText(_file, "4 1 2\n\n4,3\n");
        var exit = BenchExit.Parse($"trace:{_file}");

        Assert.Equal([4, 1, 2, 1, 2], exit.For(0, 5).Trace!.Value.ToArray());
        Assert.Equal([4, 3, 3], exit.For(1, 3).Trace!.Value.ToArray());
        Assert.Equal([4, 1], exit.For(2, 2).Trace!.Value.ToArray());
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("fixed:half")]
    [InlineData("q:")]
    [InlineData("trace:")]
    [InlineData("deep:3")]
    public void Parse_NoneOfTheForms_NamesThem(string text)
    {
        var exception = Assert.Throws<FormatException>(() => BenchExit.Parse(text));

        Assert.Contains("fixed:K, q:THRESHOLD or trace:FILE", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4 1\n4\n")]
    [InlineData("4 0\n")]
    [InlineData("4 deep\n")]
    public void Parse_FileWithoutTraces_NamesIt(string content)
    {
        File.WriteAllText(_file, content);

        var exception = Assert.Throws<FormatException>(() => BenchExit.Parse($"trace:{_file}"));

        Assert.Contains(_file, exception.Message, StringComparison.Ordinal);
    }
}
