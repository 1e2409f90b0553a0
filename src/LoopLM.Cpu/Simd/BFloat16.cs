namespace LoopLM.Cpu.Simd;

/// <summary>Bits for rounding a float32 to its upper half, to nearest even.</summary>
internal static class BFloat16
{
    /// <summary>Added to the bits together with the lowest bit that stays.</summary>
    public const uint HalfUnit = 0x7FFF;

    /// <summary>Set in a NaN, which adding would turn into another number.</summary>
    public const uint QuietBit = 0x0040_0000;
}
