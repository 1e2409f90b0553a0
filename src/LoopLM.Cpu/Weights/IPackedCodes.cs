namespace LoopLM.Cpu.Weights;

/// <summary>How many codes a byte of packed weights holds.</summary>
internal interface IPackedCodes
{
    /// <summary>Whether a byte holds two codes of 4 bits instead of one of 8.</summary>
    static abstract bool AreHalves { get; }
}
