namespace LoopLM.Cpu.Kernels;

/// <summary>Rows that a kernel multiplies together, a number that the compiler knows: each has registers of its own.</summary>
internal interface IRowTile
{
    /// <summary>Rows.</summary>
    static abstract int Rows { get; }

    internal readonly struct Two : IRowTile
    {
        public static int Rows => 2;
    }

    internal readonly struct Four : IRowTile
    {
        public static int Rows => 4;
    }

    internal readonly struct Six : IRowTile
    {
        public static int Rows => 6;
    }
}
