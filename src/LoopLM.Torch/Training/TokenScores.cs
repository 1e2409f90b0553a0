namespace LoopLM.Torch.Training;

/// <summary>What every loop of a model says of each target of some documents. Arrays of T numbers a target stand target by target, loop 1 first.</summary>
/// <param name="Loops">T.</param>
/// <param name="Documents">Document of each target [n].</param>
/// <param name="Losses">Cross entropy in nats [n, T].</param>
/// <param name="IsCorrect">Whether the target is the likeliest token [n, T].</param>
/// <param name="GateLogits">[n, T].</param>
public sealed record TokenScores(int Loops, int[] Documents, float[] Losses, bool[] IsCorrect, float[] GateLogits)
{
    /// <summary>n.</summary>
    public int Targets => Documents.Length;
}
