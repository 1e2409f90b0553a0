using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>A tensor in a memory-mapped file. It may be read until the file is disposed.</summary>
public sealed unsafe class SafetensorsTensor
{
    internal SafetensorsTensor(in TensorEntry entry, byte* data)
    {
        Name = entry.Name;
        ElementType = entry.ElementType;
        Shape = entry.Shape;
        ByteCount = entry.End - entry.Begin;
        Data = data;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Type of its elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>Its dimensions, slowest first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Its size in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>Its number of elements.</summary>
    public long ElementCount => ByteCount / ElementTypes.SizeOf(ElementType);

    /// <summary>Its first byte, in the file's map; not aligned to anything.</summary>
    public byte* Data { get; }

    /// <summary>Widens all floating-point elements to single precision.</summary>
    /// <param name="destination">Exactly <see cref="ElementCount"/> elements.</param>
    /// <exception cref="NotSupportedException">The elements are integers.</exception>
    public void CopyTo(Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, ElementCount, nameof(destination));
        CopyTo(0, destination);
    }

    /// <summary>Widens some floating-point elements to single precision.</summary>
    /// <param name="first">Index of the first element.</param>
    /// <param name="destination">As many as are wanted.</param>
    /// <exception cref="NotSupportedException">The elements are integers.</exception>
    public void CopyTo(long first, Span<float> destination)
    {
        var count = destination.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, ElementCount - count);
        var source = Data + (first * ElementTypes.SizeOf(ElementType));
        switch (ElementType)
        {
            case ElementType.Float32:
                new ReadOnlySpan<byte>(source, checked(count * sizeof(float))).CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(source, count), destination);
                break;
            case ElementType.BFloat16:
                var bits = MemoryMarshal.Cast<float, uint>(destination);
                var upperHalves = (ushort*)source;
                for (var i = 0; i < count; i++)
                {
                    bits[i] = (uint)upperHalves[i] << 16;
                }

                break;
            default:
                throw new NotSupportedException($"{Name} holds {ElementTypes.NameOf(ElementType)}, not floating-point numbers.");
        }
    }
}
