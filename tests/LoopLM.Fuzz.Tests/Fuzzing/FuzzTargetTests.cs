using LoopLM.Fuzz.Fuzzing;
using LoopLM.Fuzz.Targets;
using LoopLM.Testing;

namespace LoopLM.Fuzz.Tests.Fuzzing;

/// <summary>
/// A little fuzzing of every parser, the same each time: the corpus, with all that once broke something, and mutations of it.
/// </summary>
public sealed class FuzzTargetTests
{
    private const int Seed = 1;

    /// <summary>Mutations of each target, so many that it takes some seconds.</summary>
    public static TheoryData<string, int> Targets => new()
    {
        { "safetensors", 4000 }, { "config", 4000 }, { "tokenizer", 2500 }, { "template", 4000 }, { "schema", 1500 }, { "pattern", 1500 },
        { "request", 2500 }, { "stream", 500 }, { "grpc", 3000 }, { "settings", 3000 }, { "tale", 1000 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Run_CorpusAndMutations_BreakNoRule(string name, int inputs)
    {
        using var target = FuzzTargets.Create(name);

        var result = FuzzRun.Run(target, new FuzzOptions
        {
            Seed = Seed,
            Inputs = inputs,
            Corpus = Path.Combine(TestData.Root, "tests", "LoopLM.Fuzz", "Corpus"),
            Findings = Path.Combine(Path.GetTempPath(), "looplm-fuzz"),
        });

        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings));
        Assert.InRange(result.Accepted, 1, result.Inputs);
    }

    [Fact]
    public void Targets_OfTheCommand_AreAllTested() =>
        Assert.Equal(FuzzTargets.Names.Order(), Targets.Select(row => row.Data.Item1).Order());
}
