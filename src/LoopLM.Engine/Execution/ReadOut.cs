using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Execution;

/// <summary>Turns the states of rows that left into tokens: head, sampling, events. It keeps its buffers, so that a tick allocates nothing.</summary>
internal sealed class ReadOut(
    IModelRunner runner, RowTable rows, SequenceEnds ends, RunnerFaults faults, EngineMetrics metrics, TimeProvider time, int maxSequences)
{
    private const int MaxHeadRows = 64;

    private readonly Sampler _sampler = new(runner.Model.VocabularySize);
    private readonly float[] _logits = new float[Math.Min(maxSequences, MaxHeadRows) * runner.Model.VocabularySize];
    private readonly int[] _rowSlots = new int[MaxHeadRows];
    private readonly List<int> _left = [];

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Sum of their exit steps.</summary>
    public long ExitSteps { get; private set; }

    /// <summary>Adds a row that left and yields a token.</summary>
    /// <param name="row">Its index in the table.</param>
    public void Add(int row) => _left.Add(row);

    /// <summary>Reads out the rows that were added since the last time.</summary>
    /// <param name="tick">The tick's number.</param>
    public void Run(long tick)
    {
        var vocabulary = runner.Model.VocabularySize;
        for (var first = 0; first < _left.Count && faults.Latched is null; first += MaxHeadRows)
        {
            var count = Math.Min(MaxHeadRows, _left.Count - first);
            for (var i = 0; i < count; i++)
            {
                _rowSlots[i] = rows[_left[first + i]].RowSlot;
            }

            var logits = _logits.AsSpan(0, count * vocabulary);
            if (!TryRunHead(tick, first, count, logits))
            {
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                Sample(ref rows[_left[first + i]], logits.Slice(i * vocabulary, vocabulary));
            }
        }

        _left.Clear();
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
            faults.Meet(exception, tick, [.. _left.Skip(first).Take(count).Select(row => rows[row].Sequence)]);
            return false;
        }
    }

    private void Sample(ref InFlightRow row, ReadOnlySpan<float> logits)
    {
        var sequence = row.Sequence;
        if (sequence.HasEnded)
        {
            return;
        }

        if (!_sampler.TrySample(logits, sequence.Sampling, sequence.Seed, row.Position + 1, out var token))
        {
            ends.Fail(sequence, $"The model computed no finite logits at position {row.Position}, loop {row.Loop}.");
            return;
        }

        var now = time.GetTimestamp();
        var first = sequence.Generated == 0;
        metrics.Generated(row.Loop, first, time.GetElapsedTime(first ? sequence.AcceptedAt : sequence.LastTokenAt, now));
        GeneratedTokens++;
        ExitSteps += row.Loop;

        sequence.LastToken = token;
        sequence.LastTokenAt = now;
        sequence.Generated++;
        sequence.IsDecoding = false;
        sequence.Generation.Publish(GenerationEvent.ForToken(token, row.Loop, rows.Gates(row.RowSlot)));
        if (sequence.StopTokens.Contains(token))
        {
            ends.End(sequence, GenerationEvent.Finished(FinishReason.Stop));
        }
        else if (sequence.Generated == sequence.MaxTokens)
        {
            ends.End(sequence, GenerationEvent.Finished(FinishReason.Length));
        }
    }
}
