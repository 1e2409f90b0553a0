using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Attention;

/// <summary>Cosines and sines of the rows of a tick; all layers and loops of a position share its angles.</summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private readonly float[] _inverseFrequencies;
    private readonly NativeBuffer _table;

    /// <summary>Computes 1 / theta^(2i/d) in float32 throughout: division of the exponent, power, reciprocal.</summary>
    public RotaryTable(int headDimension, float theta, int rows)
    {
        Half = headDimension / 2;
        _inverseFrequencies = [.. Enumerable.Range(0, Half).Select(i => 1 / MathF.Pow(theta, 2f * i / headDimension))];
        _table = NativeBuffer.OfFloats(2L * rows * Half);
    }

    /// <summary>Half of a head's length.</summary>
    public int Half { get; }

    /// <summary>The cosines of a row.</summary>
    public float* Cosine(int row) => _table.Floats + (2L * row * Half);

    /// <summary>The sines of a row.</summary>
    public float* Sine(int row) => Cosine(row) + Half;

    /// <summary>Computes a row's angles.</summary>
    public void Fill(int row, int position)
    {
        float* cosine = Cosine(row), sine = Sine(row);
        for (var i = 0; i < Half; i++)
        {
            (sine[i], cosine[i]) = MathF.SinCos(position * _inverseFrequencies[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();
}
