using System.Numerics.Tensors;
using LoopLM.Engine.Runners;
using LoopLM.Torch.Training;
using LoopLM.Torch.Training.Data;

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
        var (loops, vocabulary) = (runner.Model.Loops, runner.Model.VocabularySize);
        var (documents, indices, losses, correct) = (new List<int>(), new List<int>(), new List<float>(), new List<bool>());
        var (tops, gates, changes) = (new List<int>(), new List<float>(), new List<float>());
        foreach (var window in windows)
        {
            var batch = new TrainingBatch(split, [window], window.Length);
            if (batch.Targets.Length == 0)
            {
                continue;
            }

            var positions = batch.Positions.Select(position => (int)position).ToArray();
            var read = Enumerable.Range(1, loops).Select(loop => Read(runner, new WindowBatch(batch, loop), positions)).ToArray();
            for (var target = 0; target < positions.Length; target++)
            {
                documents.Add(batch.Owners[target]);
                indices.Add(batch.TargetIndices[target]);
                foreach (var loop in read)
                {
                    var logits = loop.Logits.AsSpan(target * vocabulary, vocabulary);
                    var top = TensorPrimitives.IndexOfMax(logits);
                    losses.Add(Loss(logits, logits[top], (int)batch.Targets[target]));
                    correct.Add(top == batch.Targets[target]);
                    tops.Add(top);
                    gates.Add(loop.Gates[positions[target]]);
                    changes.Add(loop.Changes[positions[target]]);
                }
            }
        }

        return new(loops, [.. documents], [.. indices], [.. losses], [.. correct], [.. tops], [.. gates], [.. changes]);
    }

    private static (float[] Logits, float[] Gates, float[] Changes) Read(IModelRunner runner, WindowBatch batch, int[] positions)
    {
        var (gates, changes) = (new float[batch.Rows.Length], new float[batch.Rows.Length]);
        var logits = new float[positions.Length * runner.Model.VocabularySize];
        runner.RunLoop(batch, gates, changes);
        runner.RunHead(positions, logits);
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
