namespace LoopLM.Cpu.Weights;

/// <summary>Two codes a byte.</summary>
internal readonly struct Int4Codes : IPackedCodes
{
    public static bool AreHalves => true;
}
