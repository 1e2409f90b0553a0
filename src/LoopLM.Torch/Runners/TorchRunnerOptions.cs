using System.Globalization;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Torch.Ouro;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>How <see cref="TorchModelRunner"/> computes.</summary>
public sealed record TorchRunnerOptions
{
    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Default: <c>cpu</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// Type of weights, states and KV: Float32 or BFloat16. Default: Float32 on the CPU, where bfloat16 is slow, and BFloat16 on CUDA.
    /// </summary>
    public ElementType? DataType { get; init; }

    /// <summary>
    /// Threads of one operation on the CPU, from 1; it holds for the whole process. Default: libtorch's choice, the physical cores.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>The type that <see cref="DataType"/> comes to.</summary>
    internal ElementType ElementType => DataType ?? (IsCuda ? ElementType.BFloat16 : ElementType.Float32);

    private bool IsCuda => Device.StartsWith("cuda", StringComparison.Ordinal);

    /// <summary>Checks what can be checked without libtorch.</summary>
    /// <exception cref="ArgumentException">An option has no meaning; the message names it.</exception>
    internal void Check()
    {
        if (Threads < 1)
        {
            throw new ArgumentException($"{nameof(Threads)} is {Threads}; it must be at least 1.");
        }
    }

    /// <summary>Where a model of these options lives.</summary>
    /// <exception cref="ArgumentException">An option has no meaning; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    internal Placement ToPlacement()
    {
        Check();
        var type = ElementType switch
        {
            ElementType.Float32 => ScalarType.Float32,
            ElementType.BFloat16 => ScalarType.BFloat16,
            _ => throw new ArgumentException(
                $"{nameof(DataType)} is {DataType}; it must be {ElementType.Float32} or {ElementType.BFloat16}."),
        };
        return new(IsCuda ? CudaDevice() : Device == "cpu" ? CPU : throw UnknownDevice(), type);
    }

    private Device CudaDevice()
    {
        var index = 0;
        if (Device != "cuda"
            && (!Device.StartsWith("cuda:", StringComparison.Ordinal)
                || !int.TryParse(Device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw UnknownDevice();
        }

        var devices = cuda.is_available() ? cuda.device_count() : 0;
        return index < devices
            ? new Device(DeviceType.CUDA, index)
            : throw new InvalidOperationException(
                $"{nameof(Device)} is {Device}; libtorch finds {devices} CUDA devices. A build for CUDA needs -p:LoopLMCuda=true.");
    }

    private ArgumentException UnknownDevice() => new($"{nameof(Device)} is '{Device}'; it must be cpu, cuda or cuda:N.");
}
