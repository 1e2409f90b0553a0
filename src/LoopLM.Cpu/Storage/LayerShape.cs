namespace LoopLM.Cpu.Storage;

/// <summary>The sizes of a layer.</summary>
/// <param name="HiddenSize">Length of a state.</param>
/// <param name="IntermediateSize">Inner length of the SwiGLU.</param>
/// <param name="Attention">The heads.</param>
internal readonly record struct LayerShape(int HiddenSize, int IntermediateSize, AttentionShape Attention);
