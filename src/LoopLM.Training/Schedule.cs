namespace LoopLM.Training;

/// <summary>What changes from step to step.</summary>
internal static class Schedule
{
    /// <summary>Learning rate of a step: a linear rise over the warm-up, then a half cosine down to the final rate.</summary>
    /// <param name="options">The run.</param>
    /// <param name="step">From 0.</param>
    public static double LearningRate(TrainerOptions options, long step)
    {
        if (step < options.WarmUp)
        {
            return options.LearningRate * (step + 1) / options.WarmUp;
        }

        var done = (step - options.WarmUp) / (double)Math.Max(1, options.Steps - options.WarmUp);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, done)));
        return options.LearningRate * (options.FinalLearningRate + ((1 - options.FinalLearningRate) * cosine));
    }

    /// <summary>Weight of the entropy at a step: linear from the first value to the last.</summary>
    public static double Beta(TrainerOptions options, long step) =>
        options.Beta + ((options.FinalBeta - options.Beta) * step / Math.Max(1, options.Steps - 1));
}
