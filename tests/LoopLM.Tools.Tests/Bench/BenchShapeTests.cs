using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Tools.Bench;

namespace LoopLM.Tools.Tests.Bench;

public sealed class BenchShapeTests
{
    [Fact]
    public void Parse_KnownName_IsThatModel() =>
        Assert.Equal(new BenchShape(2048, 5632, 24, 16, 16, 128, 49152, 4), BenchShape.Parse("ouro-1.4b"));

    [Fact]
    public void Parse_Custom_TakesTheSizesInTheirOrder() =>
        Assert.Equal(new BenchShape(1, 2, 3, 4, 5, 6, 7, 8), BenchShape.Parse("custom:1,2,3,4,5,6,7,8"));

    [Theory]
    [InlineData("ouro-9b")]
    [InlineData("custom:1,2,3,4,5,6,7")]
    [InlineData("custom:1,2,3,4,5,6,7,0")]
    [InlineData("custom:1,2,3,4,5,6,7,many")]
    public void Parse_AnythingElse_SaysWhatThereIs(string text)
    {
        var exception = Assert.Throws<FormatException>(() => BenchShape.Parse(text));

        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
        Assert.Contains("ouro-1.4b, ouro-2.6b, bundled or custom:HIDDEN", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AnyShape_IsACheckpointOfIt()
    {
        var folder = Directory.CreateTempSubdirectory("looplm-");
        try
        {
            new BenchShape(32, 48, 2, 4, 2, 8, 50, 3).Write(folder.FullName);

            using var checkpoint = Checkpoint.Open(folder.FullName);
            var config = Assert.IsType<OuroConfig>(checkpoint.Config);
            Assert.Equal((32, 48, 2, 4, 2), (config.HiddenSize, config.IntermediateSize, config.Layers, config.Heads, config.KvHeads));
            Assert.Equal((8, 50, 3), (config.HeadDimension, config.VocabularySize, config.Loops));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
