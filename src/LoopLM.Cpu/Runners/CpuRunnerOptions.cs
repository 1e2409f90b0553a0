using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Simd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoopLM.Cpu.Runners;

/// <summary>How <see cref="CpuModelRunner"/> computes.</summary>
public sealed record CpuRunnerOptions
{
    /// <summary>How the matrices are held. Default: as the checkpoint holds them.</summary>
    public WeightType Weights { get; init; } = WeightType.Auto;

    /// <summary>How keys and values are held. Default: bfloat16 where the weights are int8 or int4, float32 elsewhere.</summary>
    public KvType Kv { get; init; } = KvType.Auto;

    /// <summary>Threads, the engine's own included, from 1. Default: one for each processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Threads that the runner uses.</summary>
    internal int ThreadCount => Threads ?? Environment.ProcessorCount;

    /// <summary>
    /// Receives what the runner uses, and a line now and then while weights are quantised, which
    /// takes seconds for a large model. Default: none.
    /// </summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The vector instructions to use; default the best that the processor has.</summary>
    internal InstructionSet? Instructions { get; init; }

    /// <summary>Checks what can be checked without a model.</summary>
    /// <exception cref="ArgumentException">An option has no meaning; the message names it.</exception>
    internal void Check()
    {
        if (Threads < 1)
        {
            throw new ArgumentException($"{nameof(Threads)} is {Threads}; it must be at least 1.");
        }

        if (Instructions > VectorKernels.Best)
        {
            throw new ArgumentException($"{nameof(Instructions)} is {Instructions}; the best of this processor is {VectorKernels.Best}.");
        }
    }
}
