namespace LoopLM.Checkpoints.Safetensors;

/// <summary>Element types of the safetensors format. Weights have one of the first three, or are packed in bytes.</summary>
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

    /// <summary>Truth values of a byte (<c>BOOL</c>).</summary>
    Boolean,

    /// <summary>Signed 16-bit integers (<c>I16</c>).</summary>
    Int16,

    /// <summary>Unsigned 16-bit integers (<c>U16</c>).</summary>
    UInt16,

    /// <summary>Unsigned 32-bit integers (<c>U32</c>).</summary>
    UInt32,

    /// <summary>Unsigned 64-bit integers (<c>U64</c>).</summary>
    UInt64,

    /// <summary>IEEE double precision (<c>F64</c>).</summary>
    Float64,

    /// <summary>8-bit floats with 4 bits of exponent (<c>F8_E4M3</c>).</summary>
    Float8E4M3,

    /// <summary>8-bit floats with 5 bits of exponent (<c>F8_E5M2</c>).</summary>
    Float8E5M2,
}
