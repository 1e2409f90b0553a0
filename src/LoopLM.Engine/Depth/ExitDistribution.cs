namespace LoopLM.Engine.Depth;

/// <summary>The exit distribution of one token, accumulated loop by loop from its gate logits (Ouro, section 3.2).</summary>
public static class ExitDistribution
{
    /// <summary>Gate probability of one loop: the logistic function of its gate logit.</summary>
    /// <param name="gateLogit">Any finite value.</param>
    /// <returns>A probability in 0..1.</returns>
    public static float GateProbability(float gateLogit) => 1f / (1f + MathF.Exp(-gateLogit));

    /// <summary>Probability that the token has not exited after one more loop: S_t = S_(t-1) * (1 - lambda_t).</summary>
    /// <param name="survival">S_(t-1), 1 before the first loop.</param>
    /// <param name="gateProbability">lambda_t in 0..1.</param>
    public static float Survive(float survival, float gateProbability) => survival * (1f - gateProbability);
}
