namespace LoopLM.Cpu.Formats;

/// <summary>How the matrices of a model are held. Embedding, norms and gate stay as precise as the checkpoint has them.</summary>
public enum WeightType
{
    /// <summary>As the checkpoint holds them: bfloat16, or float32 for anything else.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16,

    /// <summary>8-bit integers in groups along the input, each with a scale.</summary>
    Int8,

    /// <summary>4-bit integers in groups along the input, each with a scale.</summary>
    Int4,
}
