using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Kernels;

/// <summary>
/// When the kernels of this folder stand in for chains of libtorch's operations: while a CPU trains. There every link of a chain goes
/// through memory, forward and backward, and together they take longer than the matrix products of a small model.
/// </summary>
internal static class FusedKernels
{
    /// <summary>Whether those that take blocks of elements can work on the last dimension of a tensor.</summary>
    public static bool Suit(Tensor tensor) => SuitAnyLength(tensor) && (tensor.shape[^1] == 32 || tensor.shape[^1] % 64 == 0);

    /// <summary>Whether those that take a last dimension of any length can work on a tensor.</summary>
    public static bool SuitAnyLength(Tensor tensor) =>
        tensor.requires_grad && tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16;
}
