using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Where the tensors of a model live and the type of their elements.</summary>
/// <param name="Device">The device.</param>
/// <param name="DataType">Float32 or BFloat16.</param>
public sealed record Placement(Device Device, ScalarType DataType)
{
    /// <summary>float32 on the CPU.</summary>
    public static Placement Default { get; } = new(CPU, ScalarType.Float32);

    /// <summary>A parameter of unspecified values: a checkpoint or an initialisation fills it.</summary>
    /// <param name="shape">Its shape.</param>
    public Parameter Parameter(params ReadOnlySpan<long> shape) => new(empty(shape, DataType, Device));

    /// <summary>A linear layer y = x Wᵀ with a weight [outputs, inputs] of unspecified values.</summary>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="bias">Whether b [outputs] is added to y.</param>
    public Linear Linear(long inputs, long outputs, bool bias = false) =>
        nn.Linear(Parameter(outputs, inputs), bias ? Parameter(outputs) : null);
}
