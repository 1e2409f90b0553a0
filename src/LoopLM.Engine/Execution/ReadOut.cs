using System.Numerics.Tensors;
using LoopLM.Engine.Depth;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>
/// Puts the states of rows through the head: of those that left, for their token or the score of a prompt token, and of those in flight whose every loop is reported.
/// It keeps its buffers, so that a tick allocates nothing unless log-probabilities are asked for.
/// </summary>
internal sealed class ReadOut(
    IModelRunner runner, RowTable rows, SequenceEnds ends, RunnerFaults faults, MaskWorkers masks, EngineMetrics metrics, TimeProvider time, ILogger logger, int maxRows)
{
    /// <summary>Most rows that go through the head at once.</summary>
    public const int MaxHeadRows = 64;

    private readonly Sampler _sampler = new(runner.Model.VocabularySize);
    private readonly float[] _logits = new float[Math.Min(maxRows, MaxHeadRows) * runner.Model.VocabularySize];
    private readonly float[] _scratch = new float[runner.Model.VocabularySize];
    private readonly int[] _rowSlots = new int[MaxHeadRows];
    private readonly List<(int Row, bool Left)> _read = [];
    private ExitCounts _exits;

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Sum of their exit steps.</summary>
    public long ExitSteps { get; private set; }

    /// <summary>All of them by where and why they left.</summary>
    public ExitCounts Exits => _exits;

    /// <summary>Adds a row to read.</summary>
    /// <param name="row">Its index in the table.</param>
    /// <param name="left">Whether it has left; otherwise the loop that it has just run is reported.</param>
    public void Add(int row, bool left) => _read.Add((row, left));

    /// <summary>Reads the rows that were added since the last time.</summary>
    /// <param name="tick">The tick's number.</param>
    public void Run(long tick)
    {
        var vocabulary = runner.Model.VocabularySize;
        for (var first = 0; first < _read.Count && faults.Latched is null; first += MaxHeadRows)
        {
            var count = Math.Min(MaxHeadRows, _read.Count - first);
            for (var i = 0; i < count; i++)
            {
                _rowSlots[i] = rows[_read[first + i].Row].RowSlot;
            }

            var logits = _logits.AsSpan(0, count * vocabulary);
            if (!TryRunHead(tick, first, count, logits))
            {
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                var (row, left) = _read[first + i];
                Read(ref rows[row], left, logits.Slice(i * vocabulary, vocabulary));
            }
        }

        _read.Clear();
    }

    private bool TryRunHead(long tick, int first, int count, Span<float> logits)
    {
        try
        {
            runner.RunHead(_rowSlots.AsSpan(0, count), logits);
            return true;
        }
        catch (Exception exception)
        {
            faults.Meet(exception, tick, [.. _read.Skip(first).Take(count).Select(read => rows[read.Row].Sequence)]);
            return false;
        }
    }

    private void Read(ref InFlightRow row, bool left, ReadOnlySpan<float> logits)
    {
        var sequence = row.Sequence;
        if (sequence.HasEnded)
        {
            return;
        }

        var top = row.YieldsToken ? sequence.Logprobs : sequence.PromptLogprobs;
        var scores = top is null && row.LoopLogprobs is null ? default : new LogSoftmax(logits, _scratch);
        if (!scores.IsFinite)
        {
            FailForLogits(row);
            return;
        }

        row.LoopLogprobs?.Add(scores.Top(sequence.LoopLogprobs));
        if (row.ExitStep == row.Loop)
        {
            // The loops behind it are observed before the token is told.
            row.Choice = TryChoose(row, logits, out var chosen) ? (chosen, top is { } most ? scores.Report(chosen, most, sequence.LogprobTokens) : null) : default;
        }
        else if (!left)
        {
            return;
        }
        else if (row.ExitStep > 0)
        {
            Yield(row, row.ExitStep, row.Choice.Token, row.Choice.Logprobs);
        }
        else if (!row.YieldsToken)
        {
            var next = sequence.Prompt.Span[row.Position + 1];
            sequence.Generation.Publish(GenerationEvent.ForPromptToken(next, scores.Report(next, top!.Value)));
        }
        else if (sequence.MaxTokens == 0)
        {
            ends.End(sequence, GenerationEvent.Finished(FinishReason.Length));
        }
        else if (TryChoose(row, logits, out var token))
        {
            Yield(row, row.Loop, token, top is { } count ? scores.Report(token, count, sequence.LogprobTokens) : null);
        }
    }

    private bool TryChoose(in InFlightRow row, ReadOnlySpan<float> logits, out int token)
    {
        var sequence = row.Sequence;
        if (sequence.Processors.Length > 0)
        {
            return TryChooseProcessed(row, logits, out token);
        }

        if (_sampler.TrySample(logits, sequence.Sampling, sequence.Seed, row.Position + 1, out token))
        {
            return true;
        }

        FailForLogits(row);
        return false;
    }

    /// <summary>A constraint is given from outside: one that throws ends its own request.</summary>
    private bool TryChooseProcessed(in InFlightRow row, ReadOnlySpan<float> logits, out int token)
    {
        token = 0;
        var sequence = row.Sequence;
        if (!float.IsFinite(TensorPrimitives.Max(logits)))
        {
            FailForLogits(row);
            return false;
        }

        if (sequence.Constraint is { HasFailed: true })
        {
            ends.Fail(sequence, "The constraint failed.");
            return false;
        }

        if (sequence.Constraint?.Problem is { } problem)
        {
            ends.Fail(sequence, problem, isRequestsFault: true);
            return false;
        }

        logits.CopyTo(_scratch);
        try
        {
            foreach (var processor in sequence.Processors)
            {
                processor.Process(_scratch);
            }

            if (_sampler.TrySample(_scratch, sequence.Sampling, sequence.Seed, row.Position + 1, out token))
            {
                foreach (var processor in sequence.Processors)
                {
                    processor.Accept(token);
                }

                return true;
            }

            ends.Fail(sequence, $"What the request forbids leaves no token for position {row.Position + 1}.", isRequestsFault: true);
        }
        catch (Exception exception)
        {
            EngineLog.ConstraintFailed(logger, exception, sequence.Number);
            ends.Fail(sequence, "The constraint failed.");
        }

        return false;
    }

    private void Yield(in InFlightRow row, int exitStep, int token, PositionLogprobs? logprobs)
    {
        var sequence = row.Sequence;
        var now = time.GetTimestamp();
        var first = sequence.Generated == 0;
        metrics.Generated(exitStep, first, time.GetElapsedTime(first ? sequence.AcceptedAt : sequence.LastTokenAt, now));
        GeneratedTokens++;
        ExitSteps += exitStep;
        _exits.Add(exitStep, row.IsPrompt, sequence.Exit.MaxLoops);

        sequence.LastToken = token;
        sequence.LastTokenAt = now;
        sequence.Generated++;
        sequence.IsDecoding = false;
        sequence.Generation.Publish(GenerationEvent.ForToken(token, exitStep, rows.Gates(row.RowSlot), logprobs, row.LoopLogprobs));
        if (sequence.StopTokens.Contains(token))
        {
            ends.End(sequence, GenerationEvent.Finished(FinishReason.Stop));
        }
        else if (sequence.Generated == sequence.MaxTokens)
        {
            ends.End(sequence, GenerationEvent.Finished(FinishReason.Length));
        }
        else if (sequence.Constraint is { } constraint)
        {
            masks.Want(constraint, token);
        }
    }

    private void FailForLogits(in InFlightRow row) =>
        ends.Fail(row.Sequence, $"The model computed no finite logits at position {row.Position}, loop {row.Loop}.");
}
