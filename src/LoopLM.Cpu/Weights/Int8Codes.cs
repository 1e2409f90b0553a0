namespace LoopLM.Cpu.Weights;

/// <summary>One code a byte.</summary>
internal readonly struct Int8Codes : IPackedCodes
{
    public static bool AreHalves => false;
}
