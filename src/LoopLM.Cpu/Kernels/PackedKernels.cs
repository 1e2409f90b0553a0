using System.Runtime.Intrinsics.X86;
using LoopLM.Checkpoints.MachineCode;
using LoopLM.Checkpoints.Packing;

namespace LoopLM.Cpu.Kernels;

/// <summary>The assembled kernels of a type of packed weights, one for each number of rows and tiles.</summary>
internal sealed unsafe class PackedKernels
{
    /// <summary>Most rows of a kernel.</summary>
    public const int MostRows = PackedKernelAssembler.MostRows;

    /// <summary>Most tiles of a kernel.</summary>
    public const int MostTiles = PackedKernelAssembler.MostTiles;

    private static readonly Lazy<PackedKernels> s_int8 = new(() => new(PackedType.Int8));
    private static readonly Lazy<PackedKernels> s_int4 = new(() => new(PackedType.Int4));
    private readonly nint[] _code = new nint[MostRows * MostTiles];

    private PackedKernels(PackedType type)
    {
        for (var i = 0; i < _code.Length; i++)
        {
            var code = ExecutableMemory.Map(new PackedKernelAssembler(type, (i / MostTiles) + 1, (i % MostTiles) + 1).Assemble());
            _code[i] = code is not null
                ? (nint)code
                : throw new InsufficientMemoryException(
                    "The system refuses executable memory for kernels, although it gave some before.");
        }
    }

    /// <summary>
    /// Whether this processor has the instructions (AVX512_VNNI is bit 11 of ECX of leaf 7) and this system lets a process assemble code.
    /// </summary>
    public static bool AreSupported { get; } =
        Avx512F.X64.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 && ExecutableMemory.IsAllowed;

    /// <summary>The kernels of a type, which are assembled when they are first requested.</summary>
    public static PackedKernels Of(PackedType type) => (type == PackedType.Int8 ? s_int8 : s_int4).Value;

    /// <summary>Multiplies some rows by some tiles.</summary>
    /// <param name="rows">1..<see cref="MostRows"/>.</param>
    /// <param name="tiles">1..<see cref="MostTiles"/>.</param>
    /// <param name="arguments">Rows and tiles; used up.</param>
    public void Multiply(int rows, int tiles, PackedKernelArguments* arguments) =>
        ((delegate* unmanaged[SuppressGCTransition]<PackedKernelArguments*, void>)_code[((rows - 1) * MostTiles) + tiles - 1])(arguments);
}
