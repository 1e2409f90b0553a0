using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Simd;
using Microsoft.Extensions.Logging;

namespace LoopLM.Cpu.Runners;

/// <summary>Log messages of the runner.</summary>
internal static partial class CpuRunnerLog
{
    [LoggerMessage(1, LogLevel.Information,
        "CPU runner: {Instructions} instructions, byte products {ByteProducts}, "
        + "{Threads} threads, weights {Weights}, keys and values {Kv}")]
    public static partial void Opened(
        ILogger logger, InstructionSet instructions, string byteProducts, int threads, WeightType weights, KvType kv);
}
