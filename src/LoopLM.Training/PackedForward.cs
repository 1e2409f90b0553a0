using LoopLM.Torch.Kernels;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using LoopLM.Training.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>
/// All loops of a model over packed documents. Only states that predict a target leave it: the head is the largest matrix of a small model.
/// </summary>
internal static class PackedForward
{
    /// <summary>Runs the loops one after the other, each when it is requested.</summary>
    /// <returns>For each loop the states of <see cref="TrainingBatch.Positions"/> [n, hidden].</returns>
    public static IEnumerable<Tensor> TargetStates(OuroModel model, TrainingBatch batch)
    {
        var device = model.Placement.Device;
        var positions = tensor(batch.Positions, device: device);
        var rotary = model.Rotary.At(LiveScalars.Range(0, batch.Length, device));
        var attention = new DocumentAttention(batch, model.Config.Heads / model.Config.KvHeads, model.Placement);
        var hidden = model.Backbone.Embed(tensor(batch.Tokens, [batch.Rows, batch.Length], device: device));
        for (var loop = 0; loop < model.Config.Loops; loop++)
        {
            hidden = model.Backbone.RunLoop(hidden, rotary, attention);
            yield return hidden.flatten(0, 1).index_select(0, positions);
        }
    }

    /// <summary>Cross entropy in float32 of logits [n, vocabulary]: [n].</summary>
    public static Tensor Losses(Tensor logits, Tensor targets) => FusedKernels.SuitAnyLength(logits)
        ? CrossEntropyFunction.apply(logits, targets)
        : nn.functional.cross_entropy(logits.to_type(ScalarType.Float32), targets, reduction: nn.Reduction.None);

    /// <summary>Gate logits in float32 of states [n, hidden]: [n].</summary>
    public static Tensor GateLogits(OuroModel model, Tensor states) => model.Backbone.Gate(states).to_type(ScalarType.Float32);
}
