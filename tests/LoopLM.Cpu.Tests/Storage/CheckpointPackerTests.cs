using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Storage;
using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Storage;

public sealed class CheckpointPackerTests : IDisposable
{
    private const int Rows = 7;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-packed-");
    private readonly OddCheckpoint _odd = new();

    public void Dispose()
    {
        _odd.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(PackedType.Int8, WeightType.Int8)]
    [InlineData(PackedType.Int4, WeightType.Int4)]
    public void Write_ThenOpen_ComputesAsIfPackedAtStartToTheBit(PackedType packed, WeightType type)
    {
        CheckpointPacker.Write(_odd.Checkpoint, packed, _folder.FullName);
        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(Run(_odd.Checkpoint, type), Run(checkpoint, WeightType.Auto));
    }

    [Fact]
    public void Open_PackedAsAnotherType_SaysWhichItIs()
    {
        CheckpointPacker.Write(_odd.Checkpoint, PackedType.Int4, _folder.FullName);
        using var checkpoint = Checkpoint.Open(_folder.FullName);

        var exception = Assert.Throws<ArgumentException>(() => Run(checkpoint, WeightType.Float32));

        Assert.Contains("Int4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OntoACheckpoint_IsRefused()
    {
        CheckpointPacker.Write(_odd.Checkpoint, PackedType.Int8, _folder.FullName);
        using var packed = Checkpoint.Open(_folder.FullName);

        Assert.Throws<ArgumentException>(() => CheckpointPacker.Write(_odd.Checkpoint, PackedType.Int8, _folder.FullName));
        Assert.Throws<ArgumentException>(() => CheckpointPacker.Write(packed, PackedType.Int8, Path.Combine(_folder.FullName, "again")));
    }

    [Fact]
    public void Open_ConfigThatSaysPackedOverFloats_ListsTheTensors()
    {
        foreach (var file in Directory.EnumerateFiles(TestData.Fixture("ouro-tiny-gqa")))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }

        var config = Path.Combine(_folder.FullName, "config.json");
        File.WriteAllText(
            config, File.ReadAllText(config)
                .Replace("\"hidden_act\"", "\"looplm_weights\": \"int8\", \"hidden_act\"", StringComparison.Ordinal));

        var exception = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.FullName));

        Assert.Contains("'lm_head.weight' is F32; weights must be U8", exception.Message, StringComparison.Ordinal);
    }

    private static float[] Run(Checkpoint checkpoint, WeightType type)
    {
        using var runner = new CpuModelRunner(checkpoint, new RunnerCapacity(Rows, Rows), new CpuRunnerOptions { Weights = type });
        var batch = new ChunkBatch(0, Rows, 1).Batch;
        var logits = new float[Rows * runner.Model.VocabularySize];
        runner.RunLoop(batch, [], []);
        runner.RunHead(batch, logits);
        return logits;
    }
}
