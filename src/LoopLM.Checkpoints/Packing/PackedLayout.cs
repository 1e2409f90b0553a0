using System.Collections.Immutable;

namespace LoopLM.Checkpoints.Packing;

/// <summary>
/// How a matrix [outputs, inputs] lies in memory and in a file as integers. A weight is an integer times the scale of its group, which is a
/// run of inputs of one output. An integer is stored as a code: itself plus <see cref="Zero"/>.
/// </summary>
/// <remarks>
/// A tile holds <see cref="TileOutputs"/> outputs. In it the groups follow one another: first the scales of the outputs as float32, then
/// the codes in steps of <see cref="StepBytes"/> bytes, of which each output has four. A byte of a step holds one code of 8 bits, that of
/// inputs 4s..4s+3 of step s, or two of 4 bits: in the lower half those of inputs 8s..8s+3, in the upper half those of 8s+4..8s+7. What
/// pads inputs and outputs is zero. So kernels of every vector length read a tile from end to end and have one output in each lane.
/// </remarks>
/// <param name="Type">The integers.</param>
/// <param name="Outputs">Number of outputs.</param>
/// <param name="Inputs">Number of inputs.</param>
public readonly record struct PackedLayout(PackedType Type, int Outputs, int Inputs)
{
    /// <summary>Outputs of a tile.</summary>
    public const int TileOutputs = 16;

    /// <summary>Bytes of the codes that a vector takes at once.</summary>
    public const int StepBytes = 4 * TileOutputs;

    /// <summary>Bytes of a group's scales in a tile.</summary>
    public const int ScaleBytes = sizeof(float) * TileOutputs;

    // Inputs are filled up to whole blocks; a last group may be shorter than others by blocks.
    private const int Block = 32;

    /// <summary>Inputs of a group.</summary>
    public int Group => GroupOf(Type);

    /// <summary>What is added to an integer so that its code is not negative.</summary>
    public int Zero => ZeroOf(Type);

    /// <summary>Inputs of a step.</summary>
    public int StepInputs => Type == PackedType.Int8 ? 4 : 8;

    /// <summary>Inputs with their padding.</summary>
    public int PaddedInputs => (Inputs + Block - 1) / Block * Block;

    /// <summary>Number of tiles.</summary>
    public int Tiles => (Outputs + TileOutputs - 1) / TileOutputs;

    /// <summary>Number of groups of an output.</summary>
    public int Groups => (PaddedInputs + Group - 1) / Group;

    /// <summary>Bytes of a tile.</summary>
    public long TileBytes => ((long)Groups * ScaleBytes) + ((long)PaddedInputs / StepInputs * StepBytes);

    /// <summary>Bytes of the matrix.</summary>
    public long Bytes => Tiles * TileBytes;

    /// <summary>Shape of its tensor of bytes: [tiles, bytes of a tile].</summary>
    public ImmutableArray<long> Shape => [Tiles, TileBytes];

    /// <summary>Inputs of a group.</summary>
    public static int GroupOf(PackedType type) => type == PackedType.Int8 ? 64 : 32;

    /// <summary>The largest integer; its negative is the smallest.</summary>
    public static int LimitOf(PackedType type) => type == PackedType.Int8 ? 127 : 7;

    /// <summary>What is added to an integer so that its code is not negative.</summary>
    public static int ZeroOf(PackedType type) => LimitOf(type) + 1;
}
