using System.Buffers.Binary;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>Tensors of a checkpoint as torch tensors.</summary>
internal static class CheckpointTensor
{
    /// <summary>Copies a tensor from a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <returns>A tensor on the CPU, of the type it has in the file.</returns>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public static Tensor Read(Checkpoint checkpoint, string name, long[] shape)
    {
        if (!checkpoint.Tensors.TryGetValue(name, out var stored))
        {
            throw new InvalidDataException($"The checkpoint has no tensor {name}.");
        }

        return stored.Shape.AsSpan().SequenceEqual(shape)
            ? Copy(stored)
            : throw new InvalidDataException(
                $"Tensor {name} has the shape [{string.Join(", ", stored.Shape)}]; "
                + $"the configuration requires [{string.Join(", ", shape)}].");
    }

    /// <summary>Copies a tensor from a safetensors file to the CPU, of the type it has there.</summary>
    public static unsafe Tensor Copy(SafetensorsTensor stored)
    {
        var type = stored.ElementType switch
        {
            ElementType.Float32 => ScalarType.Float32,
            ElementType.BFloat16 => ScalarType.BFloat16,
            ElementType.Float16 => ScalarType.Float16,
            _ => throw new NotSupportedException(
                $"Tensor {stored.Name} has the element type {stored.ElementType}; Float32, BFloat16 and Float16 can be read."),
        };
        var copy = empty(stored.Shape.AsSpan(), type, CPU);
        new ReadOnlySpan<byte>(stored.Data, checked((int)stored.ByteCount)).CopyTo(copy.bytes);
        return copy;
    }

    /// <summary>A tensor as it is written into a safetensors file.</summary>
    public static NamedTensor Named(string name, Tensor tensor)
    {
        var type = tensor.dtype switch
        {
            ScalarType.Float32 => ElementType.Float32,
            ScalarType.BFloat16 => ElementType.BFloat16,
            _ => throw new NotSupportedException($"Tensor {name} has the type {tensor.dtype}; Float32 and BFloat16 can be written."),
        };
        return new(name, type, [.. tensor.shape], tensor.detach().to(CPU).contiguous().bytes.ToArray());
    }

    /// <summary>The first number of a stored tensor of the type Int64.</summary>
    public static unsafe long Integer(SafetensorsTensor stored) =>
        BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(stored.Data, sizeof(long)));
}
