using LoopLM.Checkpoints;
using LoopLM.Tools.Train;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Another checkpoint on the windows of the evaluated one.</summary>
/// <param name="Model">Its folder as it was given.</param>
/// <param name="Loops">Its loops.</param>
/// <param name="Kinds">Scores by kind of document.</param>
/// <param name="Curves">Quality against mean loops.</param>
internal sealed record ComparedModel(string Model, int Loops, KindScore[] Kinds, ExitCurve[] Curves)
{
    /// <summary>Scores a checkpoint.</summary>
    /// <exception cref="FormatException">Its vocabulary is of another size: the documents' tokens mean nothing to it.</exception>
    public static ComparedModel Score(
        string folder, Checkpoint evaluated, TokenSplit split, IReadOnlyList<string> kinds, WindowSample sample)
    {
        using var checkpoint = Checkpoint.Open(folder);
        var (size, wanted) = (checkpoint.Config.VocabularySize, evaluated.Config.VocabularySize);
        if (size != wanted)
        {
            throw new FormatException(
                $"--compare: {folder} has a vocabulary of {size} tokens; it must be that of {evaluated.Folder}, which has {wanted}.");
        }

        using var model = ModelScorer.Load(checkpoint, checkpoint.Config.Loops);
        var scores = ModelScorer.Score(model, split, sample);
        return new(folder, scores.Loops, [.. KindScore.Of(scores, split, kinds)], ExitCurve.All(scores, scores.Loops));
    }
}
