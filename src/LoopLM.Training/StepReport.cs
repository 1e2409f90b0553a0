namespace LoopLM.Training;

/// <summary>What one step did. Losses are in nats, means over the step's targets.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Beta">Its weight of the entropy.</param>
/// <param name="Tokens">Positions that the model saw, without padding.</param>
/// <param name="Targets">Tokens that it had to predict.</param>
/// <param name="Objective">The minimised loss.</param>
/// <param name="LossByLoop">Cross entropy after each loop.</param>
/// <param name="Entropy">Entropy of the exit distribution.</param>
/// <param name="ExpectedExitStep">sum_t t p_t.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
public sealed record StepReport(
    long Step,
    double LearningRate,
    double Beta,
    long Tokens,
    long Targets,
    double Objective,
    IReadOnlyList<double> LossByLoop,
    double Entropy,
    double ExpectedExitStep,
    double GradientNorm);
