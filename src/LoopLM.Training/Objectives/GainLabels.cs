using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Training.Objectives;

/// <summary>
/// Stage II (arXiv 2510.25741, section 3.4): the gate learns to go on where the last loop still lowered the loss.
/// For t = 2..T, I_t = max(0, L_(t-1) - L_t), the label w_t = sigmoid(k (I_t - gamma)) and the loss (1/T) sum_t
/// -[w_t log(1 - lambda_t) + (1 - w_t) log lambda_t].
/// </summary>
internal sealed class GainLabels : IObjective
{
    /// <summary>k: how sharply the label turns at gamma.</summary>
    private const double Slope = 50;

    /// <summary>gamma: the gain, in nats, that is worth a loop.</summary>
    private const double WorthwhileGain = 0.005;

    public bool GateOnly => true;

    public Tensor Sum(Tensor losses, Tensor gateLogits)
    {
        var loops = losses.shape[0];
        if (loops == 1)
        {
            throw new ArgumentException("A model of one loop has no gate to train.", nameof(losses));
        }

        var gains = (losses.narrow(0, 0, loops - 1) - losses.narrow(0, 1, loops - 1)).relu();
        var goOn = gains.Scaled(Slope, -Slope * WorthwhileGain).sigmoid().detach();
        return nn.functional.binary_cross_entropy_with_logits(
            gateLogits.narrow(0, 1, loops - 1), goOn.Scaled(-1, 1), reduction: nn.Reduction.Sum).Scaled(1.0 / loops);
    }
}
