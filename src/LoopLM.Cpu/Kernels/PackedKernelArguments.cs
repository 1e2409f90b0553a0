using System.Runtime.InteropServices;

namespace LoopLM.Cpu.Kernels;

/// <summary>
/// What an assembled kernel multiplies: some rows by one or two neighbouring tiles of packed weights.
/// It is used up: the kernel keeps its place in it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PackedKernelArguments
{
    /// <summary>The first tile.</summary>
    public byte* Weights;

    /// <summary>Bytes from one tile to the next.</summary>
    public nint TileBytes;

    /// <summary>Codes of the first row.</summary>
    public sbyte* Codes;

    /// <summary>Bytes from the codes of one row to those of the next.</summary>
    public nint CodeStride;

    /// <summary>Offsets of the groups of the first row.</summary>
    public int* Offsets;

    /// <summary>Scales of the groups of the first row.</summary>
    public float* Scales;

    /// <summary>Bytes from the scales of one row to those of the next; the same for offsets.</summary>
    public nint ScaleStride;

    /// <summary>Blocks of 32 inputs.</summary>
    public nint Blocks;

    /// <summary>What to request of the first tile that comes next.</summary>
    public byte* Next;

    /// <summary>Bytes by which <see cref="Next"/> moves on each time that a line of a tile has been multiplied.</summary>
    public nint NextStep;

    /// <summary>Receives the results, row by row, those of a row tile by tile.</summary>
    public float* Results;

    /// <summary>For the kernel's own use: the scales of the group of weights at hand.</summary>
    public byte* WeightScales;
}
