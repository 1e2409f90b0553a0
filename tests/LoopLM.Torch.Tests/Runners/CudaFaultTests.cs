using System.Runtime.InteropServices;
using LoopLM.Torch.Runners;

namespace LoopLM.Torch.Tests.Runners;

public sealed class CudaFaultTests
{
    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered", true)]
    [InlineData("CUDA error: device-side assert triggered", true)]
    [InlineData("CUDA error: unspecified launch failure", true)]
    [InlineData("CUDA error: uncorrectable ECC error encountered", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`", true)]
    [InlineData("CUDA error: out of memory", false)]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB.", false)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", false)]
    [InlineData("index out of range in self", false)]
    public void IsFatal_Message_TellsWhatStaysWithTheContext(string message, bool expected) =>
        Assert.Equal(expected, CudaFault.IsFatal(new NativeError(message)));

    [Fact]
    public void Lost_Fault_KeepsItsMessageAndCause()
    {
        var fault = new NativeError("CUDA error: unspecified launch failure");

        var lost = CudaFault.Lost(fault);

        Assert.Contains(fault.Message, lost.Message, StringComparison.Ordinal);
        Assert.Same(fault, lost.InnerException);
    }

    private sealed class NativeError(string message) : ExternalException(message);
}
