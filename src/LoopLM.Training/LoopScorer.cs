using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using static TorchSharp.torch;

namespace LoopLM.Training;

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
        var parts = new List<TokenScores>();
        foreach (var part in windows.Chunk(rows))
        {
            var batch = new TrainingBatch(split, part, windowLength);
            if (batch.Targets.Length == 0)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            var targets = tensor(batch.Targets, device: model.Placement.Device);
            var (lossByLoop, topByLoop, gateByLoop, changeByLoop) =
                (new List<Tensor>(), new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
            Tensor? previous = null;
            foreach (var states in PackedForward.TargetStates(model, batch))
            {
                var logits = model.Head(states);
                lossByLoop.Add(PackedForward.Losses(logits, targets));
                topByLoop.Add(logits.argmax(-1));
                gateByLoop.Add(PackedForward.GateLogits(model, states));
                changeByLoop.Add(previous is null ? empty_like(lossByLoop[0]).Fill(double.PositiveInfinity) : Change(previous, states));
                previous = states;
            }

            var top = stack(topByLoop, 1);
            parts.Add(new(
                model.Config.Loops,
                batch.Owners,
                batch.TargetIndices,
                [.. stack(lossByLoop, 1).to(CPU).data<float>()],
                [.. top.eq(targets.unsqueeze(1)).to(CPU).data<bool>()],
                [.. top.to_type(ScalarType.Int32).to(CPU).data<int>()],
                [.. stack(gateByLoop, 1).to(CPU).data<float>()],
                [.. stack(changeByLoop, 1).to(CPU).data<float>()]));
        }

        return TokenScores.Join(model.Config.Loops, parts);
    }

    private static Tensor Change(Tensor previous, Tensor states)
    {
        var now = states.to_type(ScalarType.Float32);
        return (now - previous.to_type(ScalarType.Float32)).norm(-1) / now.norm(-1);
    }
}
