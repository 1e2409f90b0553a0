using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using LoopLM.Training.Objectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>Forward and backward of one micro-batch. The gradients belong to the caller.</summary>
/// <param name="Gradients">Of the sum over targets, in the order of the parameters.</param>
/// <param name="Objective">Sum over targets.</param>
/// <param name="LossByLoop">Sums over targets.</param>
/// <param name="Entropy">Sum over targets.</param>
/// <param name="ExitStep">Sum over targets of the expected exit step.</param>
internal sealed record GradientPass(IReadOnlyList<Tensor> Gradients, double Objective, double[] LossByLoop, double Entropy, double ExitStep)
{
    public static GradientPass Run(OuroModel model, IReadOnlyList<Parameter> parameters, TrainingBatch batch, IObjective objective)
    {
        using var scope = NewDisposeScope();
        var targets = tensor(batch.Targets, device: model.Placement.Device);
        var (losses, gates) = (new List<Tensor>(), new List<Tensor>());
        foreach (var states in PackedForward.TargetStates(model, batch))
        {
            losses.Add(PackedForward.Losses(model.Head(states), targets));
            gates.Add(PackedForward.GateLogits(model, states));
        }

        var (lossByLoop, gateLogits) = (stack(losses), stack(gates));
        var loss = objective.Sum(lossByLoop, gateLogits);
        var gradients = autograd.grad([loss], [.. parameters], allow_unused: true);
        using var _ = no_grad();
        var logProbabilities = ExitProbabilities.Log(gateLogits.detach());
        var probabilities = logProbabilities.exp();
        var steps = LiveScalars.Range(1, losses.Count + 1, model.Placement.Device).unsqueeze(1);
        return new(
            [.. gradients.Select((gradient, i) =>
                (gradient is null || gradient.IsInvalid ? zeros_like(parameters[i]) : gradient).MoveToOuterDisposeScope())],
            loss.to(CPU).item<float>(),
            [.. lossByLoop.detach().sum(1).to(CPU).data<float>().Select(sum => (double)sum)],
            -(probabilities * logProbabilities).sum().to(CPU).item<float>(),
            (probabilities * steps).sum().to(CPU).item<float>());
    }
}
