using System.Collections.Immutable;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>
/// What a header says of one tensor. <paramref name="Begin"/> and <paramref name="End"/> count bytes from the end of the header.
/// </summary>
internal readonly record struct TensorEntry(string Name, ElementType ElementType, ImmutableArray<long> Shape, long Begin, long End);
