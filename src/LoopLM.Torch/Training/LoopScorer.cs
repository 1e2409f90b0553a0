using LoopLM.Torch.Ouro;
using LoopLM.Torch.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Training;

/// <summary>Scores documents with every loop of a model: teacher forcing, all positions of a loop attend to the same loop.</summary>
public static class LoopScorer
{
    /// <summary>Scores windows of a split.</summary>
    /// <param name="model">The model.</param>
    /// <param name="split">The documents.</param>
    /// <param name="windows">Windows from <see cref="WindowPacker"/>.</param>
    /// <param name="windowLength">Most tokens of a window.</param>
    /// <param name="rows">Windows of one pass.</param>
    public static TokenScores Score(OuroModel model, TokenSplit split, IReadOnlyList<Window> windows, int windowLength, int rows = 32)
    {
        using var _ = no_grad();
        var (documents, losses, correct, gates) = (new List<int>(), new List<float>(), new List<bool>(), new List<float>());
        foreach (var part in windows.Chunk(rows))
        {
            var batch = new TrainingBatch(split, part, windowLength);
            if (batch.Targets.Length == 0)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            var targets = tensor(batch.Targets, device: model.Placement.Device);
            var (lossByLoop, correctByLoop, gateByLoop) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
            foreach (var states in PackedForward.TargetStates(model, batch))
            {
                var logits = PackedForward.Logits(model, states);
                lossByLoop.Add(PackedForward.Losses(logits, targets));
                correctByLoop.Add(logits.argmax(-1).eq(targets));
                gateByLoop.Add(PackedForward.GateLogits(model, states));
            }

            documents.AddRange(batch.Owners);
            losses.AddRange(stack(lossByLoop, 1).to(CPU).data<float>());
            correct.AddRange(stack(correctByLoop, 1).to(CPU).data<bool>());
            gates.AddRange(stack(gateByLoop, 1).to(CPU).data<float>());
        }

        return new(model.Config.Loops, [.. documents], [.. losses], [.. correct], [.. gates]);
    }
}
