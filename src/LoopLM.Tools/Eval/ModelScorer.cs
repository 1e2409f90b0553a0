using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Torch.Ouro;
using LoopLM.Training;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Scores documents with every loop of a checkpoint in float32.</summary>
internal static class ModelScorer
{
    /// <summary>Most logits of one pass: 256 MiB of float32.</summary>
    private const int MostLogits = 1 << 26;

    /// <summary>Loads a checkpoint's model.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="loops">Loops to run, also beyond those it was trained with.</param>
    /// <exception cref="NotSupportedException">It is of another family.</exception>
    public static OuroModel Load(Checkpoint checkpoint, int loops)
    {
        var config = checkpoint.Config as OuroConfig ?? throw new NotSupportedException($"{checkpoint.Folder} is not an Ouro model.");
        var model = new OuroModel(config with { Loops = loops });
        model.Load(checkpoint);
        return model;
    }

    /// <summary>Scores windows of a split.</summary>
    /// <param name="model">The model.</param>
    /// <param name="split">The documents.</param>
    /// <param name="sample">Which windows.</param>
    public static TokenScores Score(OuroModel model, TokenSplit split, WindowSample sample)
    {
        var rows = Math.Clamp(MostLogits / (sample.Window * model.Config.VocabularySize), 1, 32);
        return LoopScorer.Score(model, split, sample.Of(split), sample.Window, rows);
    }
}
