namespace LoopLM.Cpu.Simd;

/// <summary>The vector instructions that the kernels use. Results differ between sets within float rounding, never within one.</summary>
public enum InstructionSet
{
    /// <summary>128-bit vectors of whatever the processor has, or none.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,

    /// <summary>512-bit vectors, and machine code of this library for sums of products of bytes in them.</summary>
    Avx512Vnni,
}
