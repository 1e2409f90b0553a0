using System.Numerics.Tensors;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>Chooses the token that follows a row: constraint, processors, then the sampler. It reuses its buffers.</summary>
internal sealed class TokenChooser(int vocabularySize, ILogger logger)
{
    private static readonly ChoiceProblem s_constraintFailed = new("The constraint failed.", IsRequestsFault: false);

    private readonly Sampler _sampler = new(vocabularySize);
    private readonly float[] _scratch = new float[vocabularySize];

    /// <summary>Chooses.</summary>
    /// <param name="row">The row.</param>
    /// <param name="constraint">What the token is held to, which is ready; null for nothing.</param>
    /// <param name="logits">Its logits.</param>
    /// <param name="drafts">How many of the tokens that the processors have accepted come after the token that is chosen.</param>
    /// <param name="token">The token.</param>
    /// <returns>Why there is none; null where there is one.</returns>
    public ChoiceProblem? Choose(in Row row, ConstraintMask? constraint, ReadOnlySpan<float> logits, int drafts, out int token)
    {
        var sequence = row.Sequence;
        if (constraint is not null || sequence.Processors.Length > 0)
        {
            return ChooseProcessed(row, constraint, logits, drafts, out token);
        }

        return _sampler.TrySample(logits, sequence.Sampling, sequence.Seed, row.Position + 1, out token) ? null : NotFinite(row);
    }

    /// <summary>What is wrong with logits that are not finite.</summary>
    public static ChoiceProblem NotFinite(in Row row) =>
        new($"The model computed no finite logits at position {row.Position}, loop {row.Loop}.", IsRequestsFault: false);

    /// <summary>A constraint is given from outside: one that throws ends its own request.</summary>
    private ChoiceProblem? ChooseProcessed(in Row row, ConstraintMask? constraint, ReadOnlySpan<float> logits, int drafts, out int token)
    {
        token = 0;
        var sequence = row.Sequence;
        if (!float.IsFinite(TensorPrimitives.Max(logits)))
        {
            return NotFinite(row);
        }

        if (constraint is { HasFailed: true })
        {
            return s_constraintFailed;
        }

        if (constraint?.Problem is { } problem)
        {
            return new(problem, IsRequestsFault: true);
        }

        logits.CopyTo(_scratch);
        try
        {
            constraint?.Apply(_scratch);
            foreach (var processor in sequence.Processors)
            {
                processor.Process(_scratch, drafts);
            }
        }
        catch (Exception exception)
        {
            EngineLog.ConstraintFailed(logger, exception, sequence.Number);
            return s_constraintFailed;
        }

        return _sampler.TrySample(_scratch, sequence.Sampling, sequence.Seed, row.Position + 1, out token)
            ? null
            : new($"The request's restrictions leave no token for position {row.Position + 1}.", IsRequestsFault: true);
    }
}
