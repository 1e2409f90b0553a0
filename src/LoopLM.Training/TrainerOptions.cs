namespace LoopLM.Training;

/// <summary>
/// How a <see cref="Trainer"/> trains. Two runs of equal options, model and data give equal weights, however often either is interrupted.
/// </summary>
public sealed record TrainerOptions
{
    /// <summary>Stage of training. Default: <see cref="TrainingStage.ExpectedLoss"/>.</summary>
    public TrainingStage Stage { get; init; } = TrainingStage.ExpectedLoss;

    /// <summary>Steps in all; the schedules end with the last.</summary>
    public required int Steps { get; init; }

    /// <summary>Most tokens of a window, from 2.</summary>
    public required int WindowLength { get; init; }

    /// <summary>Windows of one step; a multiple of <see cref="MicroBatches"/>.</summary>
    public required int Windows { get; init; }

    /// <summary>
    /// Equal parts of a step whose gradients are added up. They bound the memory, and are what <see cref="Workers"/> share out. Default: 2.
    /// </summary>
    public int MicroBatches { get; init; } = 2;

    /// <summary>Threads that work on micro-batches at once, from 1; no influence on the result. Default: 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Passes in bfloat16; weights, gradients and optimiser stay in float32. Default: false.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>Peak learning rate. Default: 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Learning rate at the end, relative to the peak. Default: 0.1.</summary>
    public double FinalLearningRate { get; init; } = 0.1;

    /// <summary>Steps during which the learning rate rises. Default: 100.</summary>
    public int WarmUp { get; init; } = 100;

    /// <summary>Decoupled weight decay of the matrices; norms and biases have none. Default: 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Largest norm of the gradient; longer ones are scaled down to it. Default: 1.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Weight of the exit entropy at the first step (beta). Default: 0.1, the paper's first stage.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Weight of the exit entropy at the last step; linear in between. Default: 0.05, the paper's later stages.</summary>
    public double FinalBeta { get; init; } = 0.05;

    /// <summary>Seed of the order of the windows. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">Lists everything that is out of range.</exception>
    internal void Validate()
    {
        var problems = new List<string>();
        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }

        Require(Steps >= 1, $"{nameof(Steps)} is {Steps}; it must be at least 1");
        Require(WindowLength >= 2, $"{nameof(WindowLength)} is {WindowLength}; it must be at least 2");
        Require(MicroBatches >= 1 && Windows >= 1 && Windows % MicroBatches == 0,
            $"{nameof(Windows)} is {Windows}; it must be a positive multiple of {nameof(MicroBatches)}, which is {MicroBatches}");
        Require(Workers >= 1, $"{nameof(Workers)} is {Workers}; it must be at least 1");
        Require(
            LearningRate > 0 && FinalLearningRate >= 0,
            $"{nameof(LearningRate)} is {LearningRate}, {nameof(FinalLearningRate)} {FinalLearningRate}; "
                + "the first must be above 0, the second 0 or more");
        Require(WarmUp >= 0 && WeightDecay >= 0 && Beta >= 0 && FinalBeta >= 0,
            $"{nameof(WarmUp)}, {nameof(WeightDecay)}, {nameof(Beta)} and {nameof(FinalBeta)} must not be below 0");
        Require(ClipNorm > 0, $"{nameof(ClipNorm)} is {ClipNorm}; it must be above 0");
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }
    }
}
