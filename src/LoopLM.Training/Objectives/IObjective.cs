using static TorchSharp.torch;

namespace LoopLM.Training.Objectives;

/// <summary>What a stage of training minimises.</summary>
internal interface IObjective
{
    /// <summary>Whether the gate alone learns: everything below it then runs without gradients.</summary>
    bool GateOnly { get; }

    /// <summary>The loss, summed over tokens.</summary>
    /// <param name="losses">L_t: cross entropy of each token after each loop [T, n], float32.</param>
    /// <param name="gateLogits">g_t [T, n], float32.</param>
    /// <returns>A scalar.</returns>
    Tensor Sum(Tensor losses, Tensor gateLogits);
}
