using static TorchSharp.torch;

namespace LoopLM.Torch.Kernels;

/// <summary>Addresses of tensors.</summary>
internal static class Memory
{
    /// <summary>The first element of a contiguous tensor on the CPU. It stays where it is as long as the tensor lives.</summary>
    public static unsafe T* Of<T>(Tensor tensor)
        where T : unmanaged
    {
        fixed (byte* address = tensor.bytes)
        {
            return (T*)address;
        }
    }
}
