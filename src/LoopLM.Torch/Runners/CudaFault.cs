using System.Runtime.InteropServices;
using LoopLM.Engine.Runners;

namespace LoopLM.Torch.Runners;

/// <summary>Tells the errors after which a CUDA device can compute no more in this process from those that one call has met.</summary>
internal static class CudaFault
{
    /// <summary>
    /// Whether libtorch reports a CUDA error other than a lack of memory. Such errors (illegal access, launch failure, assertion, ECC, lost
    /// device) stay with the process's CUDA context, so that every later call fails too.
    /// </summary>
    public static bool IsFatal(ExternalException exception) =>
        exception.Message.Contains("CUDA error", StringComparison.Ordinal)
        && !exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        && !exception.Message.Contains("CUBLAS_STATUS_ALLOC_FAILED", StringComparison.Ordinal);

    /// <summary>The exception that tells the engine.</summary>
    public static DeviceLostException Lost(ExternalException exception) =>
        new($"The CUDA device can compute no more in this process: {exception.Message}", exception);
}
