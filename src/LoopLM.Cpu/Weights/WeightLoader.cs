using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>
/// Makes matrices and vectors of a checkpoint's tensors. A matrix that has the asked type in the file, and whole blocks, is used where the file is mapped;
/// anything else is converted into memory that the loader owns.
/// </summary>
internal sealed unsafe class WeightLoader(Checkpoint checkpoint, WeightType type, Kernels kernels) : IDisposable
{
    private readonly List<NativeBuffer> _copies = [];

    /// <summary>Float32 or BFloat16: what <see cref="WeightType.Auto"/> came to.</summary>
    public WeightType Type { get; } = type != WeightType.Auto ? type
        : checkpoint["lm_head.weight"].ElementType == ElementType.BFloat16 ? WeightType.BFloat16
        : WeightType.Float32;

    /// <summary>A tensor [outputs, inputs] as a matrix.</summary>
    public WeightMatrix Matrix(string name)
    {
        var tensor = checkpoint[name];
        var (outputs, inputs) = ((int)tensor.Shape[0], (int)tensor.Shape[1]);
        var paddedInputs = Padding.Pad(inputs);
        var isAsStored = tensor.ElementType == (Type == WeightType.BFloat16 ? ElementType.BFloat16 : ElementType.Float32);
        var weights = isAsStored && inputs == paddedInputs ? tensor.Data : Convert(tensor, outputs, inputs, paddedInputs);
        return kernels.CreateMatrix(Type, weights, outputs, paddedInputs);
    }

    /// <summary>A tensor of any shape as one padded vector of floats.</summary>
    public float* Vector(string name)
    {
        var tensor = checkpoint[name];
        var length = (int)tensor.ElementCount;
        var copy = Reserve((long)Padding.Pad(length) * sizeof(float));
        tensor.CopyTo(new Span<float>(copy, length));
        return (float*)copy;
    }

    /// <inheritdoc/>
    public void Dispose() => _copies.ForEach(copy => copy.Dispose());

    private byte* Convert(SafetensorsTensor tensor, int outputs, int inputs, int paddedInputs)
    {
        using var row = NativeBuffer.OfFloats(paddedInputs);
        var rowBytes = (long)paddedInputs * (Type == WeightType.BFloat16 ? sizeof(ushort) : sizeof(float));
        var copy = Reserve(outputs * rowBytes);
        for (var output = 0; output < outputs; output++)
        {
            tensor.CopyTo((long)output * inputs, new Span<float>(row.Floats, inputs));
            var destination = copy + (output * rowBytes);
            if (Type == WeightType.BFloat16)
            {
                kernels.RoundToBFloat16(row.Floats, (ushort*)destination, paddedInputs);
            }
            else
            {
                new ReadOnlySpan<float>(row.Floats, paddedInputs).CopyTo(new Span<float>(destination, paddedInputs));
            }
        }

        return copy;
    }

    private byte* Reserve(long bytes)
    {
        var buffer = new NativeBuffer(bytes);
        _copies.Add(buffer);
        return buffer.Pointer;
    }
}
