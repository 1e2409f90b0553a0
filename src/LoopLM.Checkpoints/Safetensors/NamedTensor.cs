using System.Collections.Immutable;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">Type of its elements.</param>
/// <param name="Shape">Its dimensions, slowest first.</param>
/// <param name="Data">Its bytes, little-endian, as many as shape and type require.</param>
public sealed record NamedTensor(string Name, ElementType ElementType, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Data);
