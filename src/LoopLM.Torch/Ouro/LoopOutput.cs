using static TorchSharp.torch;

namespace LoopLM.Torch.Ouro;

/// <summary>What one loop says of B sequences of S tokens.</summary>
/// <param name="Hidden">The normalised states [B, S, hidden].</param>
/// <param name="GateLogits">[B, S].</param>
/// <param name="Logits">The head applied to the states [B, S, vocabulary].</param>
public sealed record LoopOutput(Tensor Hidden, Tensor GateLogits, Tensor Logits);
