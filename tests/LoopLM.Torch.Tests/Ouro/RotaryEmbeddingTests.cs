using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Ouro;

public sealed class RotaryEmbeddingTests
{
    [Fact]
    public void Rotate_PositionZero_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryEmbedding(4, 100, Placement.Default);
        var heads = arange(8, ScalarType.Float32).view(1, 2, 4);

        Assert.Equal(heads.data<float>(), rotary.At(tensor([0L])).Rotate(heads).contiguous().data<float>());
    }

    [Fact]
    public void Rotate_Position_TurnsEachPairOfHalvesByItsAngle()
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryEmbedding(4, 100, Placement.Default);
        const int position = 3;

        var rotated = rotary.At(tensor([(long)position])).Rotate(tensor([1f, 2f, 3f, 4f]).view(1, 1, 4));

        // Frequencies 1 and 1 / 10; element i turns with element i + 2.
        var ((sin, cos), (slowSin, slowCos)) = (MathF.SinCos(position), MathF.SinCos(position / 10f));
        Golden.AssertClose(
            [(1 * cos) - (3 * sin), (2 * slowCos) - (4 * slowSin), (3 * cos) + (1 * sin), (4 * slowCos) + (2 * slowSin)],
            rotated.contiguous().data<float>().ToArray(),
            1e-6f);
    }
}
