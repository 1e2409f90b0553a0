using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Training.Objectives;

/// <summary>Stage I (arXiv 2510.25741, section 3.3), for each token: sum_t p_t L_t - beta H(p), gradients through both p and L.</summary>
/// <param name="beta">Weight of the entropy, at least 0.</param>
internal sealed class ExpectedLoss(double beta) : IObjective
{
    public bool GateOnly => false;

    public Tensor Sum(Tensor losses, Tensor gateLogits)
    {
        var logProbabilities = ExitProbabilities.Log(gateLogits);
        return (logProbabilities.exp() * losses.Plus(logProbabilities.Scaled(beta))).sum();
    }
}
