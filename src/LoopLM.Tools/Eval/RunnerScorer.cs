using System.Numerics.Tensors;
using LoopLM.Engine.Runners;
using LoopLM.Training;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Scores documents with every loop of a runner: teacher forcing, all positions of a loop attend to the same loop.</summary>
internal static class RunnerScorer
{
    /// <summary>Scores windows of a split.</summary>
    /// <param name="runner">A runner with as many row slots and KV slots as the longest window has tokens.</param>
    /// <param name="split">The documents.</param>
    /// <param name="windows">The windows.</param>
    public static TokenScores Score(IModelRunner runner, TokenSplit split, IEnumerable<Window> windows)
    {
        var loops = runner.Model.Loops;
        var parts = new List<TokenScores>();
        foreach (var window in windows)
        {
            var batch = new TrainingBatch(split, [window], window.Length);
            if (batch.Targets.Length == 0)
            {
                continue;
            }

            var positions = batch.Positions.Select(position => (int)position).ToArray();
            var read = Enumerable.Range(1, loops).Select(loop => Read(runner, batch, loop, positions)).ToArray();
            parts.Add(Score(batch, positions, read, runner.Model.VocabularySize));
        }

        return TokenScores.Join(loops, parts);
    }

    private static TokenScores Score(
        TrainingBatch batch, int[] positions, (float[] Logits, float[] Gates, float[] Changes)[] read, int vocabulary)
    {
        var count = positions.Length * read.Length;
        var scores = new TokenScores(
            read.Length, batch.Owners, batch.TargetIndices, new float[count],
            new bool[count], new int[count], new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var (target, loop) = Math.DivRem(i, read.Length);
            var logits = read[loop].Logits.AsSpan(target * vocabulary, vocabulary);
            var top = TensorPrimitives.IndexOfMax(logits);
            scores.Losses[i] = Loss(logits, logits[top], (int)batch.Targets[target]);
            scores.IsCorrect[i] = top == batch.Targets[target];
            scores.TopTokens[i] = top;
            scores.GateLogits[i] = read[loop].Gates[positions[target]];
            scores.StateChanges[i] = read[loop].Changes[positions[target]];
        }

        return scores;
    }

    private static (float[] Logits, float[] Gates, float[] Changes) Read(
        IModelRunner runner, TrainingBatch window, int loop, int[] positions)
    {
        var (gates, changes) = (new float[window.Length], new float[window.Length]);
        var logits = new float[positions.Length * runner.Model.VocabularySize];
        runner.RunLoop(WindowBatch.Of(window, loop), gates, changes);
        runner.RunHead(WindowBatch.Of(window, loop, positions), logits);
        return (logits, gates, changes);
    }

    /// <summary>Cross entropy in nats.</summary>
    private static float Loss(ReadOnlySpan<float> logits, float largest, int target)
    {
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return (float)(Math.Log(sum) + largest - logits[target]);
    }
}
