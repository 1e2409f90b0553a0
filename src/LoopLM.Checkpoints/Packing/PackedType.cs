namespace LoopLM.Checkpoints.Packing;

/// <summary>Integers that stand for the weights of a matrix.</summary>
public enum PackedType
{
    /// <summary>8 bits: -127..127.</summary>
    Int8,

    /// <summary>4 bits: -7..7.</summary>
    Int4,
}
