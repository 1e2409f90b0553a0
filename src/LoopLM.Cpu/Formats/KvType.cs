namespace LoopLM.Cpu.Formats;

/// <summary>How keys and values are held.</summary>
public enum KvType
{
    /// <summary>
    /// bfloat16 where the weights are packed integers, which round more than that; otherwise
    /// float32, which loses nothing of the checkpoint.
    /// </summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>The upper half of a 32-bit float: half the memory and half the traffic.</summary>
    BFloat16,
}
