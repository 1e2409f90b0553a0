namespace LoopLM.Engine.Exits;

/// <summary>
/// The exit distribution of one token, accumulated loop by loop from its gate logits (Ouro, section 3.2):
/// lambda_t = sigmoid(gate_t), S_t = prod_(i&lt;=t) (1 - lambda_i), CDF_t = 1 - S_t, in float arithmetic.
/// </summary>
public struct ExitDistribution()
{
    /// <summary>S_t: the probability that the token has not exited after the loops so far; 1 before the first.</summary>
    public float Survival { get; private set; } = 1f;

    /// <summary>The plain sum of the gate probabilities so far, which ACT halts on.</summary>
    public float GateSum { get; private set; }

    /// <summary>CDF_t: the probability that the token has exited by now.</summary>
    public readonly float Cdf => 1f - Survival;

    /// <summary>Gate probability of one loop: the logistic function of its gate logit.</summary>
    public static float GateProbability(float gateLogit) => 1f / (1f + MathF.Exp(-gateLogit));

    /// <summary>Accounts for one more loop.</summary>
    /// <param name="gateProbability">lambda_t in 0..1.</param>
    public void Add(float gateProbability)
    {
        Survival *= 1f - gateProbability;
        GateSum += gateProbability;
    }
}
