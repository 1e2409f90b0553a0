using System.Text;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Tests.Fuzzing;

/// <summary>The fuzzer finds what breaks a rule, an exception, a bound of memory or of time, and names it.</summary>
public sealed class FuzzRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-fuzz-run-");

    [Theory]
    [InlineData("rule")]
    [InlineData("exception")]
    [InlineData("memory")]
    [InlineData("hang")]
    public void Run_InputThatBreaksSomething_IsFoundAndWrittenDown(string fault)
    {
        using var target = new BrokenTarget(fault);

        var finding = Assert.Single(Run(target, inputs: 10, "harmless", "an evil input").Findings);

        Assert.Equal((target.Name, 7, 1L), (finding.Target, finding.Seed, finding.Number));
        Assert.Equal("an evil input", File.ReadAllText(finding.File));
    }

    [Fact]
    public void Run_SomethingIsLeftOver_IsFound()
    {
        using var target = new BrokenTarget("rest");

        Assert.Contains("nothing is left", Assert.Single(Run(target, inputs: 10, "harmless").Findings).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SameSeed_FeedsTheSame()
    {
        using var first = new BrokenTarget("none");
        using var second = new BrokenTarget("none");

        Run(first, inputs: 200, "{\"a\": [1, 2]}", "x");
        Run(second, inputs: 200, "{\"a\": [1, 2]}", "x");

        Assert.Equal(first.Fed, second.Fed);
        Assert.InRange(first.Fed.Distinct().Count(), 150, 202);
    }

    [Fact]
    public void Run_NoFault_FindsNothingAndLeavesNothing()
    {
        using var target = new BrokenTarget("none");

        var result = Run(target, inputs: 50, "harmless");

        Assert.Equal((51, 51, 0), (result.Inputs, result.Accepted, result.Findings.Count));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.FullName, "findings")));
    }

    [Theory]
    [InlineData("{\"a\": [1, {}]} x", 0, 14)]
    [InlineData("{\"a\": [1, {}]} x", 1, 3)]
    [InlineData("{\"a\": [1, {}]} x", 6, 7)]
    [InlineData("f(\")\", 1).g", 1, 8)]
    [InlineData("abc def", 5, 3)]
    [InlineData("\"open", 0, 5)]
    [InlineData("((", 0, 2)]
    [InlineData("", 0, 0)]
    public void SpansAt_Place_BelongTogether(string text, int at, int length) =>
        Assert.Equal(length, Spans.At(Encoding.UTF8.GetBytes(text), at).Length);

    public void Dispose() => _folder.Delete(recursive: true);

    private FuzzResult Run(FuzzTarget target, int inputs, params string[] corpus)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "corpus", target.Name));
        for (var i = 0; i < corpus.Length; i++)
        {
            File.WriteAllText(Path.Combine(folder.FullName, $"{i}"), corpus[i]);
        }

        return FuzzRun.Run(target, new FuzzOptions
        {
            Seed = 7,
            Inputs = inputs,
            Corpus = Path.Combine(_folder.FullName, "corpus"),
            Findings = Path.Combine(_folder.FullName, "findings"),
        });
    }

    /// <summary>A parser that one input breaks in one way.</summary>
    private sealed class BrokenTarget(string fault) : FuzzTarget
    {
        private static byte[]? s_kept;

        private readonly ManualResetEventSlim _isDisposed = new();

        public List<string> Fed { get; } = [];

        public override string Name => "broken";

        public override TimeSpan MaxTime => TimeSpan.FromSeconds(fault == "hang" ? 0.2 : 60);

        public override long MaxAllocatedBytes => 1 << 20;

        public override bool Check(byte[] input)
        {
            var text = Encoding.UTF8.GetString(input);
            Fed.Add(text);
            if (text != "an evil input")
            {
                return true;
            }

            switch (fault)
            {
                case "rule":
                    throw new FuzzException("inputs are not evil", text);
                case "exception":
                    throw new InvalidOperationException(text);
                case "memory":
                    s_kept = new byte[2 << 20];
                    break;
                case "hang":
                    _isDisposed.Wait();
                    break;
            }

            return true;
        }

        public override void CheckAtRest() => FuzzException.Require(fault != "rest", "nothing is left", "something is");

        public override void Dispose()
        {
            _isDisposed.Set();
            base.Dispose();
        }
    }
}
