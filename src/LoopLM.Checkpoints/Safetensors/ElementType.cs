namespace LoopLM.Checkpoints.Safetensors;

/// <summary>Element types of the safetensors format that the project reads.</summary>
public enum ElementType
{
    /// <summary>IEEE single precision (<c>F32</c>).</summary>
    Float32,

    /// <summary>The upper half of a single (<c>BF16</c>).</summary>
    BFloat16,

    /// <summary>IEEE half precision (<c>F16</c>).</summary>
    Float16,

    /// <summary>Signed bytes (<c>I8</c>).</summary>
    Int8,

    /// <summary>Unsigned bytes (<c>U8</c>).</summary>
    UInt8,

    /// <summary>Signed 32-bit integers (<c>I32</c>).</summary>
    Int32,

    /// <summary>Signed 64-bit integers (<c>I64</c>).</summary>
    Int64,
}
