using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Models.Tests;

public sealed class ModelRunnersTests : IDisposable
{
    private static readonly RunnerCapacity s_capacity = new(4, 16);

    private readonly Checkpoint _checkpoint = Checkpoint.Open(TestData.Fixture("ouro-tiny-gqa"));

    public void Dispose() => _checkpoint.Dispose();

    [Fact]
    public void FactoryOf_NoName_IsTheFirst()
    {
        var runners = new ModelRunners(("first", (_, _) => Holding("bfloat16")), ("second", (_, _) => Holding("int8")));

        Assert.Equal("bfloat16", runners.FactoryOf(null, _checkpoint, new()).Weights);
    }

    [Theory]
    [InlineData("cpu", "auto", "float32")]
    [InlineData("cpu", "bfloat16", "bfloat16")]
    [InlineData("cpu", "int8", "int8")]
    [InlineData("cpu", "int4", "int4")]
    [InlineData("torch", "auto", "float32")]
    [InlineData("torch", "bfloat16", "bfloat16")]
    public void FactoryOf_Weights_SaysHowRunnersHoldThem(string runner, string weights, string expected)
    {
        var factory = ModelRunners.BuiltIn.FactoryOf(runner, _checkpoint, new() { Weights = weights, Threads = 1 });

        Assert.Equal((expected, 1), (factory.Weights, factory.Threads));
    }

    [Theory]
    [InlineData("torch", "int8", "float32", null, "Weights is int8; the torch runner has auto, float32 and bfloat16")]
    [InlineData("cpu", "int2", "float32", null, "Weights is 'int2'; the cpu runner has auto, float32, bfloat16, int8, int4.")]
    [InlineData("cpu", "auto", "int8", null, "Kv is 'int8'; the cpu runner has auto, float32, bfloat16.")]
    [InlineData("cpu", "auto", "auto", 0, "Threads is 0; it must be at least 1.")]
    [InlineData("torch", "auto", "auto", 0, "Threads is 0; it must be at least 1.")]
    public void FactoryOf_SettingThatCannotBeMet_NamesIt(string runner, string weights, string kv, int? threads, string problem)
    {
        var exception = Assert.Throws<ArgumentException>(
            () => ModelRunners.BuiltIn.FactoryOf(runner, _checkpoint, new() { Weights = weights, Kv = kv, Threads = threads }));

        Assert.StartsWith(problem, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("torch")]
    public void Open_EachRunner_IsWhatItsNameSaysAndTakesMemory(string name)
    {
        var factory = ModelRunners.BuiltIn.FactoryOf(name, _checkpoint, new() { Weights = "float32", Threads = 1 });

        using var runner = factory.Open(s_capacity);

        Assert.Equal((name, 211), (runner.Name, runner.Model.VocabularySize));
        Assert.True(factory.MemoryOf(s_capacity).KeysAndValues > 0);
    }

    private static TestRunnerFactory Holding(string weights) => new(_ => throw new NotSupportedException()) { Weights = weights };
}
