using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Rotary position embedding. A table depends on the position alone, so that all layers and loops of a row share it.</summary>
public sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _inverseFrequencies;
    private readonly ScalarType _dataType;

    /// <summary>Computes 1 / theta^(2i/d), in float32 throughout: division of the exponent, power, reciprocal.</summary>
    /// <param name="headDimension">d, even.</param>
    /// <param name="theta">Base of the angles.</param>
    /// <param name="placement">Device of the tables, and the type they are rounded to.</param>
    public RotaryEmbedding(int headDimension, double theta, Placement placement)
    {
        using var scope = NewDisposeScope();
        var exponents = tensor([.. Enumerable.Range(0, headDimension / 2).Select(i => 2f * i)], device: placement.Device)
            .Divide(headDimension);
        _inverseFrequencies = tensor((float)theta, device: placement.Device).pow(exponents).reciprocal().DetachFromDisposeScope();
        _dataType = placement.DataType;
    }

    /// <summary>Computes the tables of some positions: angles in float32, then rounded to the model's type.</summary>
    /// <param name="positions">[...], integers from 0.</param>
    /// <returns>Tables [..., 1, d].</returns>
    public RotaryTable At(Tensor positions)
    {
        var angles = positions.unsqueeze(-1).unsqueeze(-1) * _inverseFrequencies;
        var (cosine, sine) = (angles.cos(), angles.sin());
        return new(cat([cosine, cosine], -1).to_type(_dataType), cat([-sine, sine], -1).to_type(_dataType));
    }

    /// <inheritdoc/>
    public void Dispose() => _inverseFrequencies.Dispose();
}
