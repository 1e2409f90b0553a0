using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Storage;

public sealed class WeightLoaderTests
{
    /// <summary>Weights of the matrices of ouro-tiny-gqa: 2 layers of 6 query and 2 KV heads of 32, and a head of 211 outputs.</summary>
    private const long TinyWeights = (2 * ((96 * 192) + (2 * 96 * 64) + (192 * 96) + (3 * 96 * 160))) + (211 * 96);

    [Theory]
    [InlineData(WeightType.Auto, 0)]
    [InlineData(WeightType.Float32, 0)]
    [InlineData(WeightType.BFloat16, 2 * TinyWeights)]
    public void CopiedBytes_FloatsInTheFile_CountsWhatHasAnotherType(WeightType type, long expected)
    {
        using var checkpoint = Checkpoint.Open(TestData.Fixture("ouro-tiny-gqa"));
        using var loader = new WeightLoader(checkpoint, type, VectorKernels.Of(VectorKernels.Best));

        Assert.Equal(expected, loader.CopiedBytes);
    }

    [Fact]
    public void CopiedBytes_InputsThatNeedPadding_CountsThePaddedCopy()
    {
        using var odd = new OddCheckpoint();
        using var loader = new WeightLoader(odd.Checkpoint, WeightType.Float32, VectorKernels.Of(VectorKernels.Best));

        Assert.Equal(4 * ((2 * (((60 + 30 + 30 + 75 + 75) * 64) + (42 * 64) + (42 * 96))) + (61 * 64)), loader.CopiedBytes);
    }

    [Fact]
    public void CopiedBytes_PackedAhead_IsNothing()
    {
        var folder = Directory.CreateTempSubdirectory("looplm-packed-");
        try
        {
            using var odd = new OddCheckpoint();
            using var packing = new WeightLoader(odd.Checkpoint, WeightType.Int4, VectorKernels.Of(VectorKernels.Best));
            CheckpointPacker.Write(odd.Checkpoint, PackedType.Int4, folder.FullName);
            using var checkpoint = Checkpoint.Open(folder.FullName);
            using var loader = new WeightLoader(checkpoint, WeightType.Auto, VectorKernels.Of(VectorKernels.Best));

            Assert.Equal((0, true), (loader.CopiedBytes, packing.CopiedBytes > 0));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
