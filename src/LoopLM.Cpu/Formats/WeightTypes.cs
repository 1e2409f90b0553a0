using LoopLM.Checkpoints.Packing;

namespace LoopLM.Cpu.Formats;

/// <summary>What <see cref="WeightType"/> stands for.</summary>
internal static class WeightTypes
{
    /// <summary>The integers of packed matrices; null where they are floats.</summary>
    public static PackedType? Packed(this WeightType type) => type switch
    {
        WeightType.Int8 => PackedType.Int8,
        WeightType.Int4 => PackedType.Int4,
        _ => null,
    };
}
