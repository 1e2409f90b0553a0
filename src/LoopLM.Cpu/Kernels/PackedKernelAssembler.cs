using System.Runtime.InteropServices;
using Iced.Intel;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace LoopLM.Cpu.Kernels;

/// <summary>
/// Writes the machine code that multiplies some quantised rows by one or two neighbouring tiles of a <see cref="PackedLayout"/> with
/// AVX512_VNNI, whose instruction for sums of four products of bytes .NET reaches on half as long vectors only.
/// </summary>
/// <remarks>
/// The code takes a pointer to <see cref="PackedKernelArguments"/> by the convention of System V for x86-64 and uses only registers that
/// the caller need not find again. A lane is an output. Numbers are computed as <see cref="VectorPackedMatrix{TSimd, TVector, TCodes}"/>
/// does with fused multiplication and addition, so they are equal to the bit: the sum of a group is an exact integer, and result =
/// fma((float)sum * scale of the weights, scale of the row, result).
/// </remarks>
/// <param name="type">The integers.</param>
/// <param name="rows">1..<see cref="MostRows"/>.</param>
/// <param name="tiles">1..<see cref="MostTiles"/>.</param>
internal sealed class PackedKernelAssembler(PackedType type, int rows, int tiles)
{
    /// <summary>Most rows: with two tiles, sums and results fill 24 of 32 registers.</summary>
    public const int MostRows = 6;

    /// <summary>Most tiles.</summary>
    public const int MostTiles = 2;

    private const int Line = PackedLayout.StepBytes;

    // A pointer serves so many rows: an address adds a stride to it once, twice or not at all.
    private const int RowsOfPointer = 3;

    // Bytes between what a single row multiplies and what it requests: more than arrive while memory answers.
    private const int Ahead = 2048;

    private readonly Assembler _code = new(64);
    private readonly int _stepInputs = new PackedLayout(type, 1, 1).StepInputs;

    // Registers of sums for each row and tile: a single row has several, so that fewer additions wait for one another.
    private readonly int _chains = rows == 1 ? 4 : 1;

    private static AssemblerRegister64 Weights => rax;

    private static AssemblerRegister64 TileBytes => rcx;

    private static AssemblerRegister64 CodeStride => rdx;

    private static AssemblerRegister64 Arguments => rdi;

    private static AssemblerRegister64 Next => r10;

    private static AssemblerRegister64 ScaleStride => r11;

    // Counts blocks within a group, and points to something between groups.
    private static AssemblerRegister64 Scratch => rsi;

    private static AssemblerRegisterZMM LowerHalves => zmm28;

    private static AssemblerRegisterZMM Factors => zmm29;

    /// <summary>Assembles the kernel.</summary>
    /// <returns>Its code, which runs at any address.</returns>
    public byte[] Assemble()
    {
        var (group, block) = (_code.CreateLabel(), _code.CreateLabel());
        Begin();
        _code.Label(ref group);
        BeginGroup();
        _code.Label(ref block);
        for (var step = 0; step < Padding.Block / _stepInputs; step++)
        {
            MultiplyStep(step);
        }

        _code.add(Weights, Padding.Block / _stepInputs * Line);
        for (var row = 0; row < rows; row += RowsOfPointer)
        {
            _code.add(Codes(row), Padding.Block);
        }

        _code.dec(Scratch);
        _code.jnz(block);
        EndGroup();
        _code.cmp(Argument(nameof(PackedKernelArguments.Blocks)), 0);
        _code.jnz(group);
        End();

        using var bytes = new MemoryStream();
        _code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();
    }

    private static AssemblerRegister64 Codes(int row) => row < RowsOfPointer ? r8 : r9;

    private static AssemblerRegisterZMM Vector(int index) => new(Register.ZMM0 + index);

    private static AssemblerRegisterZMM WeightCodes(int tile, int half) => Vector(24 + (2 * half) + tile);

    private static AssemblerMemoryOperand Argument(string name) =>
        __qword_ptr[Arguments + (int)Marshal.OffsetOf<PackedKernelArguments>(name)];

    private static AssemblerMemoryOperand OfRow(
        AssemblerRegister64 pointer, AssemblerRegister64 stride, int row) => (row % RowsOfPointer) switch
        {
            0 => pointer + 0,
            1 => pointer + stride,
            _ => pointer + (stride * 2),
        };

    private static AssemblerMemoryOperand OfTile(AssemblerRegister64 pointer, int tile) => tile == 0 ? pointer + 0 : pointer + TileBytes;

    private AssemblerRegisterZMM Sums(int row, int tile, int chain = 0) => Vector((((row * tiles) + tile) * _chains) + chain);

    private AssemblerRegisterZMM Results(int row, int tile) => Vector(12 + (row * tiles) + tile);

    private void Begin()
    {
        _code.mov(Weights, Argument(nameof(PackedKernelArguments.Weights)));
        _code.mov(TileBytes, Argument(nameof(PackedKernelArguments.TileBytes)));
        _code.mov(CodeStride, Argument(nameof(PackedKernelArguments.CodeStride)));
        _code.mov(Codes(0), Argument(nameof(PackedKernelArguments.Codes)));
        _code.lea(Codes(RowsOfPointer), __[Codes(0) + (CodeStride * 2)]);
        _code.add(Codes(RowsOfPointer), CodeStride);
        _code.mov(Next, Argument(nameof(PackedKernelArguments.Next)));
        _code.mov(ScaleStride, Argument(nameof(PackedKernelArguments.ScaleStride)));
        _code.mov(esi, 0x0F0F0F0F);
        _code.vpbroadcastd(LowerHalves, esi);
        ForEachResult((results, _) => _code.vpxord(results, results, results));
    }

    private void End()
    {
        _code.mov(Scratch, Argument(nameof(PackedKernelArguments.Results)));
        ForEachResult((results, index) => _code.vmovups(__zmmword_ptr[Scratch + (index * Line)], results));
        _code.vzeroupper();
        _code.ret();
    }

    /// <summary>Sums begin at the offset of their row's group. A group has as many blocks as are left, at most.</summary>
    private void BeginGroup()
    {
        _code.mov(Argument(nameof(PackedKernelArguments.WeightScales)), Weights);
        _code.add(Weights, PackedLayout.ScaleBytes);
        ForEachRow(nameof(PackedKernelArguments.Offsets), (row, offset) =>
        {
            for (var tile = 0; tile < tiles; tile++)
            {
                _code.vpbroadcastd(Sums(row, tile), __dword_ptr[offset]);
                for (var chain = 1; chain < _chains; chain++)
                {
                    _code.vpxord(Sums(row, tile, chain), Sums(row, tile, chain), Sums(row, tile, chain));
                }
            }
        });
        var blocks = Argument(nameof(PackedKernelArguments.Blocks));
        _code.mov(esi, PackedLayout.GroupOf(type) / Padding.Block);
        _code.cmp(Scratch, blocks);
        _code.cmovg(Scratch, blocks);
        _code.sub(blocks, Scratch);
    }

    /// <summary>Multiplies a line of each tile, and requests one that comes next.</summary>
    private void MultiplyStep(int step)
    {
        for (var tile = 0; tile < tiles; tile++)
        {
            LoadCodes(tile, step * Line);
            _code.prefetcht1(__byte_ptr[rows == 1 ? OfTile(Weights, tile) + ((step * Line) + Ahead) : OfTile(Next, tile)]);
        }

        if (rows > 1)
        {
            _code.add(Next, Argument(nameof(PackedKernelArguments.NextStep)));
        }

        for (var half = 0; half < _stepInputs / 4; half++)
        {
            var input = (step * _stepInputs) + (4 * half);
            for (var row = 0; row < rows; row++)
            {
                _code.vpbroadcastd(Factors, __dword_ptr[OfRow(Codes(row), CodeStride, row) + input]);
                for (var tile = 0; tile < tiles; tile++)
                {
                    _code.vpdpbusd(Sums(row, tile, input / 4 % _chains), WeightCodes(tile, half), Factors);
                }
            }
        }
    }

    private void LoadCodes(int tile, int offset)
    {
        var (lower, upper) = (WeightCodes(tile, 0), WeightCodes(tile, 1));
        _code.vmovdqu64(lower, __zmmword_ptr[OfTile(Weights, tile) + offset]);
        if (type == PackedType.Int4)
        {
            _code.vpsrld(upper, lower, 4);
            _code.vpandd(upper, upper, LowerHalves);
            _code.vpandd(lower, lower, LowerHalves);
        }
    }

    private void EndGroup()
    {
        _code.mov(Scratch, Argument(nameof(PackedKernelArguments.WeightScales)));
        for (var tile = 0; tile < tiles; tile++)
        {
            _code.vmovups(WeightCodes(tile, 0), __zmmword_ptr[OfTile(Scratch, tile)]);
        }

        ForEachRow(nameof(PackedKernelArguments.Scales), (row, scale) =>
        {
            for (var tile = 0; tile < tiles; tile++)
            {
                var sums = Sums(row, tile);
                for (var chain = 1; chain < _chains; chain++)
                {
                    _code.vpaddd(sums, sums, Sums(row, tile, chain));
                }

                _code.vcvtdq2ps(sums, sums);
                _code.vmulps(sums, sums, WeightCodes(tile, 0));
                _code.vfmadd231ps(Results(row, tile), sums, __dword_bcst[scale]);
            }
        });
    }

    private void ForEachResult(Action<AssemblerRegisterZMM, int> act)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var tile = 0; tile < tiles; tile++)
            {
                act(Results(row, tile), (row * tiles) + tile);
            }
        }
    }

    /// <summary>Does something with what an array holds for each row and the group at hand, and moves on to the next group.</summary>
    private void ForEachRow(string array, Action<int, AssemblerMemoryOperand> act)
    {
        _code.mov(Scratch, Argument(array));
        for (var row = 0; row < rows; row++)
        {
            if (row == RowsOfPointer)
            {
                _code.lea(Scratch, __[Scratch + (ScaleStride * 2)]);
                _code.add(Scratch, ScaleStride);
            }

            act(row, OfRow(Scratch, ScaleStride, row));
        }

        _code.add(Argument(array), sizeof(float));
    }
}
