using LoopLM.Checkpoints.Safetensors;
using LoopLM.Torch.Runners;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Runners;

public sealed class TorchRunnerOptionsTests
{
    public static TheoryData<TorchRunnerOptions, string> Meaningless => new()
    {
        { new() { Device = "gpu" }, "Device is 'gpu'" },
        { new() { Device = "cuda:x" }, "Device is 'cuda:x'" },
        { new() { Device = "cuda0" }, "Device is 'cuda0'" },
        { new() { Threads = 0 }, "Threads is 0" },
        { new() { DataType = ElementType.Float16 }, "DataType is Float16" },
    };

    [Theory]
    [MemberData(nameof(Meaningless), DisableDiscoveryEnumeration = true)]
    public void ToPlacement_Meaningless_NamesTheOption(TorchRunnerOptions options, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(options.ToPlacement).Message, StringComparison.Ordinal);

    [Fact]
    public void ToPlacement_DeviceThatIsNotThere_SaysHowManyThereAre() => Assert.Contains(
        "CUDA devices", Assert.Throws<InvalidOperationException>(new TorchRunnerOptions { Device = "cuda:99" }.ToPlacement).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, ScalarType.Float32)]
    [InlineData(ElementType.Float32, ScalarType.Float32)]
    [InlineData(ElementType.BFloat16, ScalarType.BFloat16)]
    public void ToPlacement_Cpu_TakesTheTypeOrFloat32(ElementType? type, ScalarType expected) =>
        Assert.Equal(expected, new TorchRunnerOptions { DataType = type }.ToPlacement().DataType);
}
