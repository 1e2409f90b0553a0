using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Parity;

/// <summary>Compares states, gate logits and logits of every loop and position of the prompts with the reference.</summary>
internal static class PromptParity
{
    /// <summary>One result for each tensor that the reference gives.</summary>
    /// <param name="golden">The reference.</param>
    /// <param name="open">Opens a runner on its checkpoint.</param>
    public static IEnumerable<TensorError> Compare(GoldenFolder golden, Func<RunnerCapacity, IModelRunner> open)
    {
        var longest = golden.Prompts.Max(prompt => prompt.Length);
        using var runner = open(new RunnerCapacity(longest, longest * golden.Checkpoint.Config.Loops));
        for (var i = 0; i < golden.Prompts.Count; i++)
        {
            var (states, gates, logits) = Run(runner, golden.Prompts[i]);
            foreach (var (name, computed) in new[] { ("hidden", states), ("gate", gates), ("logits", logits) })
            {
                if (golden.Find($"prompt{i}.{name}") is { } reference)
                {
                    yield return TensorError.Between($"prompt{i}.{name}", computed, reference);
                }
            }

            runner.Release(0);
        }
    }

    private static (float[] States, float[] Gates, float[] Logits) Run(IModelRunner runner, int[] prompt)
    {
        var model = runner.Model;
        var rowSlots = Enumerable.Range(0, prompt.Length).ToArray();
        var states = new float[model.Loops * prompt.Length * model.HiddenSize];
        var gates = new float[model.Loops * prompt.Length];
        var logits = new float[model.Loops * prompt.Length * model.VocabularySize];
        for (var loop = 1; loop <= model.Loops; loop++)
        {
            var batch = PromptBatch.Of(prompt, loop);
            runner.RunLoop(batch, PartOf(gates, loop), []);
            runner.ReadStates(rowSlots, PartOf(states, loop));
            runner.RunHead(batch, PartOf(logits, loop));
        }

        return (states, gates, logits);

        Span<float> PartOf(float[] all, int loop) => all.AsSpan((loop - 1) * (all.Length / model.Loops), all.Length / model.Loops);
    }
}
