namespace LoopLM.Cpu.Simd;

/// <summary>Bits of a float32 whose upper half is a bfloat16, and bits for rounding to that, to nearest even.</summary>
internal static class BFloat16
{
    /// <summary>The upper half.</summary>
    public const uint Bits = 0xFFFF_0000;

    /// <summary>Added to the bits together with the lowest bit that stays.</summary>
    public const uint HalfUnit = 0x7FFF;

    /// <summary>Set in a NaN, which adding would turn into another number.</summary>
    public const uint QuietBit = 0x0040_0000;
}
