namespace LoopLM.Cpu.Memory;

/// <summary>
/// Every vector of activations, weights and KV is a whole number of blocks long, filled up with zeros, so that no kernel has a tail.
/// </summary>
internal static class Padding
{
    /// <summary>Floats of a block: a multiple of two vectors of every instruction set.</summary>
    public const int Block = 32;

    /// <summary>The padded length of a vector.</summary>
    public static int Pad(int length) => (length + Block - 1) / Block * Block;
}
