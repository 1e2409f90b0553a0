using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Runners;
using LoopLM.Testing;
using LoopLM.Tools.Eval;
using LoopLM.Tools.Quantization;
using LoopLM.Torch.Runners;
using LoopLM.Training;
using LoopLM.Training.Data;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Quantization;

public sealed class QuantizeCommandTests : IDisposable
{
    private static readonly string s_model = Path.Combine(TestData.Root, "models", "looplm-bytes");

    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    private string Packed => Path.Combine(_folder, "packed");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("int8", WeightType.Int8)]
    [InlineData("int4", WeightType.Int4)]
    public void Invoke_ThenOpened_ComputesAsIfQuantisedAtLoadToTheBit(string weights, WeightType type)
    {
        Assert.Equal(0, Invoke(s_model, "--weights", weights, "--out", Packed));

        using Checkpoint floats = Checkpoint.Open(s_model), packed = Checkpoint.Open(Packed);
        TokenScores atLoad = Score(floats, type), ahead = Score(packed, WeightType.Auto);
        Assert.Equal(Bits(atLoad.Losses), Bits(ahead.Losses));
        Assert.Equal(Bits(atLoad.GateLogits), Bits(ahead.GateLogits));
        Assert.True(File.Exists(Path.Combine(Packed, "tokenizer.json")));
        Assert.Contains("bytes of tensors became", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_ThenOpenedByTorch_IsRefusedWithTheRunnerThatReadsIt()
    {
        Assert.Equal(0, Invoke(s_model, "--weights", "int8", "--out", Packed));
        using var packed = Checkpoint.Open(Packed);

        var exception = Assert.Throws<ArgumentException>(() =>
            new TorchModelRunner(packed, new RunnerCapacity(1, 1), new TorchRunnerOptions { Threads = 1 }));

        Assert.Contains("packed as Int8, which the cpu runner alone", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_OntoACheckpoint_ExitsWithOneAndChangesNothing()
    {
        Assert.Equal(0, Invoke(s_model, "--weights", "int8", "--out", Packed));
        var written = File.GetLastWriteTimeUtc(Path.Combine(Packed, "model.safetensors"));

        Assert.Equal(1, Invoke(s_model, "--weights", "int4", "--out", Packed));
        Assert.Equal(1, Invoke(Packed, "--weights", "int4", "--out", Path.Combine(_folder, "again")));

        Assert.Contains("holds a checkpoint already", _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains("is packed as Int8 already", _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Packed, "model.safetensors")));
    }

    [Theory]
    [InlineData("no-such-model", "int8")]
    [InlineData("model", "int2")]
    public void Invoke_BadInput_ExitsWithOne(string model, string weights) =>
        Assert.Equal(1, Invoke(Path.Combine(_folder, model), "--weights", weights, "--out", Packed));

    private static TokenScores Score(Checkpoint checkpoint, WeightType type)
    {
        int[] tokens = [.. "Once upon a time there was a king who had 3 daughters."u8.ToArray().Select(letter => (int)letter)];
        using var runner = new CpuModelRunner(
            checkpoint, new RunnerCapacity(tokens.Length, tokens.Length), new CpuRunnerOptions { Weights = type, Threads = 1 });
        return RunnerScorer.Score(
            runner, new TokenSplit(tokens, [.. tokens.Select(_ => (byte)1)], [0], [0]), [new Window(0, tokens.Length, 0)]);
    }

    private static int[] Bits(float[] numbers) => [.. numbers.Select(BitConverter.SingleToInt32Bits)];

    private int Invoke(params string[] arguments) => QuantizeCommand.Create(_console).Parse(arguments).Invoke();
}
