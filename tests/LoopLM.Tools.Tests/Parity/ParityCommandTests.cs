using LoopLM.Engine.Runners;
using LoopLM.Models;
using LoopLM.Testing;
using LoopLM.Tools.Parity;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Parity;

public sealed class ParityCommandTests
{
    private static readonly ModelRunners s_runners = new(
        ("cpu", (checkpoint, settings) => ModelRunners.BuiltIn.FactoryOf("cpu", checkpoint, settings)),
        ("torch", (checkpoint, settings) => ModelRunners.BuiltIn.FactoryOf("torch", checkpoint, settings with { Threads = 1 })));

    public static TheoryData<string, string> Pairs => new MatrixTheoryData<string, string>(
        s_runners.Names, ["ouro-tiny-mha", "ouro-tiny-gqa", "looplm-bytes"]);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Compare_Fixture_EveryNumberWithinToleranceAndEveryTraceEqual(string runner, string fixture)
    {
        var report = ParityCommand.Compare(TestData.Fixture(fixture), runner, s_runners);

        Assert.DoesNotContain(report.Tensors, tensor => tensor.Outside > 0);
        Assert.Equal(report.Traces.Select(trace => trace.Total), report.Traces.Select(trace => trace.Equal));
        Assert.Equal(4, report.Traces.Count);
    }

    [Fact]
    public void Invoke_RunnerThatIsSlightlyWrong_ExitsWithOne()
    {
        var console = new TestConsole();
        var runners = new ModelRunners(
            ("wrong", (checkpoint, settings) => new TestRunnerFactory(
                capacity => new Tilted(s_runners.FactoryOf("torch", checkpoint, settings).Open(capacity)))));

        var exitCode = ParityCommand.Create(runners, console).Parse([TestData.Fixture("ouro-tiny-gqa")]).Invoke();

        Assert.Equal(1, exitCode);
        Assert.Contains("DISAGREES", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_NoSuchFolder_ExitsWithOneAndNamesIt()
    {
        var console = new TestConsole();

        var exitCode = ParityCommand.Create(s_runners, console).Parse(["no-such-folder"]).Invoke();

        Assert.Equal(1, exitCode);
        Assert.Contains("no-such-folder", console.Output, StringComparison.Ordinal);
    }

    /// <summary>Adds five thousandths to every logit.</summary>
    private sealed class Tilted(IModelRunner runner) : IModelRunner
    {
        public string Name => runner.Name;

        public ModelDescription Model => runner.Model;

        public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges) =>
            runner.RunLoop(batch, gateLogits, stateChanges);

        public void RunHead(LoopBatch rows, Span<float> logits)
        {
            runner.RunHead(rows, logits);
            foreach (ref var logit in logits)
            {
                logit += 0.005f;
            }
        }

        public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => runner.ReadStates(rowSlots, states);

        public void Release(int sequence) => runner.Release(sequence);

        public void Dispose() => runner.Dispose();
    }
}
