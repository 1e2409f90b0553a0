using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Training.Objectives;

/// <summary>
/// The exit distribution of gate logits g_1..g_T: p_t = lambda_t prod_(j&lt;t) (1 - lambda_j) with
/// lambda = sigmoid(g), and p_T the remaining mass.
/// </summary>
internal static class ExitProbabilities
{
    /// <summary>log p [T, n] of gate logits [T, n].</summary>
    public static Tensor Log(Tensor gateLogits)
    {
        var loops = gateLogits.shape[0];
        var before = gateLogits.narrow(0, 0, loops - 1);
        var survival = cat([zeros_like(gateLogits.narrow(0, 0, 1)), nn.functional.logsigmoid(-before).cumsum(0)], 0);
        var exit = cat([nn.functional.logsigmoid(before), zeros_like(gateLogits.narrow(0, 0, 1))], 0);
        return survival.Plus(exit);
    }
}
