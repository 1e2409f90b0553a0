namespace LoopLM.Training;

/// <summary>The stages of training a looped model (arXiv 2510.25741, section 3).</summary>
public enum TrainingStage
{
    /// <summary>Stage I: model and gate together, on the expected loss over loops minus the weighted entropy of the exits.</summary>
    ExpectedLoss,

    /// <summary>Stage II: the gate alone, on the realised gain of each loop.</summary>
    GateGain,
}
