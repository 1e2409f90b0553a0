using LoopLM.Torch.Native;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Native;

public class TorchLibraryTests
{
    [Fact]
    public void Load_Twice_LeavesTorchUsable()
    {
        TorchLibrary.Load();
        TorchLibrary.Load();

        using var sum = ones(2, 3).sum();

        Assert.Equal(6, sum.item<float>());
    }
}
