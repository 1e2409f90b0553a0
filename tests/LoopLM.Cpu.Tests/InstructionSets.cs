using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Tests;

/// <summary>The instruction sets that this processor has.</summary>
internal static class InstructionSets
{
    public static IEnumerable<InstructionSet> Available => Enum.GetValues<InstructionSet>().Where(set => set <= VectorKernels.Best);
}
