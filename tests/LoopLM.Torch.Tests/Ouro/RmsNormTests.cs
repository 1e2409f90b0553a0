using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Ouro;

public sealed class RmsNormTests
{
    [Fact]
    public void Forward_Float32_DividesByTheRootMeanSquare()
    {
        using var scope = NewDisposeScope();
        using var norm = Create(Placement.Default, 1, 2);

        var normalised = norm.forward(tensor([3f, 4f]));

        var root = MathF.Sqrt(((9 + 16) / 2f) + 0.5f);
        Golden.AssertClose([3 / root, 2 * 4 / root], normalised.data<float>().ToArray(), 1e-6f);
    }

    [Fact]
    public void Forward_BFloat16_RoundsBeforeItMultiplies()
    {
        using var scope = NewDisposeScope();
        var type = ScalarType.BFloat16;
        float[] weight = [.. Enumerable.Range(0, 64).Select(i => 1 + (i / 64f))];
        using var norm = Create(new Placement(CPU, type), weight);
        var input = (arange(64, ScalarType.Float32) - 31.3f).to_type(type);

        var normalised = norm.forward(input);

        var wide = input.to_type(ScalarType.Float32);
        var rounded = (wide * (wide.square().mean() + 0.5f).rsqrt()).to_type(type);
        Assert.True(normalised.equal(tensor(weight).to_type(type) * rounded).all().item<bool>());
    }

    private static RmsNorm Create(Placement placement, params float[] weight)
    {
        var norm = new RmsNorm(weight.Length, epsilon: 0.5, placement);
        using var _ = no_grad();
        norm.named_parameters().Single().parameter.copy_(tensor(weight));
        return norm;
    }
}
