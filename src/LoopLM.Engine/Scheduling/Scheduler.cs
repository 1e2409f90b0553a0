using LoopLM.Engine.Execution;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Decides which rows run: it owns the queue, the running sequences and the rows in flight. Every row in flight advances one loop each tick.
/// Free places go to generated tokens first, then in equal shares to prompts, in the order of admission.
/// </summary>
internal sealed class Scheduler
{
    private readonly EngineOptions _options;
    private readonly KvLedger _ledger;
    private readonly AdmissionQueue _queue = new();
    private readonly List<Sequence> _running;
    private readonly Stack<int> _freeNumbers;
    private readonly TickPlan _plan;
    private readonly Func<Sequence, bool> _tryOpen;

    public Scheduler(EngineOptions options, KvLedger ledger)
    {
        _options = options;
        _ledger = ledger;
        _running = new List<Sequence>(options.MaxSequences);
        _freeNumbers = new Stack<int>(Enumerable.Range(0, options.MaxSequences).Reverse());
        Rows = new RowTable(options.MaxRows);
        _plan = new TickPlan(ledger, options.MaxRows);
        _tryOpen = TryOpen;
    }

    /// <summary>The rows in flight.</summary>
    public RowTable Rows { get; }

    /// <summary>Sequences that hold a place, in the order of admission.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    public int Queued => _queue.Count;

    public bool IsIdle => _queue.Count == 0 && _running.Count == 0;

    public void Enqueue(SequenceGroup group) => _queue.Enqueue(group);

    /// <summary>Takes out a waiting request whose reader asks for its end.</summary>
    public Sequence? RemoveAskedToEndFromQueue() => _queue.Remove(waiting => waiting.Generation.EndAsked is not null);

    /// <summary>Takes out a sequence that has waited too long. One whose group has started is never taken: what has begun is brought to its end.</summary>
    public Sequence? RemoveFromQueue(TimeProvider time, TimeSpan longest) =>
        _queue.Oldest is { } oldest && time.GetElapsedTime(oldest.Waiting[0].AcceptedAt) >= longest ? _queue.Remove(oldest) : null;

    /// <summary>Takes out any waiting request.</summary>
    public Sequence? RemoveFromQueue() => _queue.Remove(_ => true);

    /// <summary>Admits what fits, starts rows, and plans one loop of every row in flight. The plan is empty when there is nothing to do.</summary>
    public TickPlan Plan()
    {
        while (_freeNumbers.Count > 0 && _queue.Admit(_tryOpen) is { } admitted)
        {
            _running.Add(admitted);
        }

        if (_options.Refill || Rows.Count == 0)
        {
            StartGenerated();
            StartPrompts();
        }

        _plan.Fill(Rows);
        return _plan;
    }

    /// <summary>Ends a running sequence: its slots, its number and, at the next <see cref="RowTable.Compact"/>, its rows are free.</summary>
    public void Remove(Sequence sequence)
    {
        _ledger.Close(sequence.Number);
        _freeNumbers.Push(sequence.Number);
        _running.Remove(sequence);
    }

    /// <summary>Checks that numbers and rows have exactly one owner each, and the queue.</summary>
    /// <exception cref="InvalidOperationException">One has two owners, or none, or the queue is not in order.</exception>
    public void Audit()
    {
        var numbers = _running.Select(sequence => sequence.Number).Concat(_freeNumbers);
        if (!numbers.Order().SequenceEqual(Enumerable.Range(0, _options.MaxSequences)))
        {
            throw new InvalidOperationException("Scheduler: a sequence number is lost or used twice.");
        }

        Rows.Audit(_running);
        _queue.Audit();
    }

    private bool TryOpen(Sequence sequence)
    {
        var number = _freeNumbers.Peek();
        if (!_ledger.TryOpen(number, sequence.Reservation))
        {
            return false;
        }

        sequence.Number = _freeNumbers.Pop();
        return true;
    }

    /// <summary>Every sequence with a token to continue gets its row: there are never more of them than rows, because one in flight needs no second.</summary>
    private void StartGenerated()
    {
        foreach (var sequence in _running)
        {
            if (sequence.Generated > 0 && !sequence.IsDecoding)
            {
                sequence.IsDecoding = true;
                Rows.Start(sequence, sequence.LastPosition, sequence.LastToken);
            }
        }
    }

    /// <summary>A long prompt could fill every row for as long as it lasts; sharing lets the shorter ones behind it through.</summary>
    private void StartPrompts()
    {
        var prompts = 0;
        foreach (var sequence in _running)
        {
            prompts += sequence.PromptLeft > 0 ? 1 : 0;
        }

        foreach (var sequence in _running)
        {
            if (sequence.PromptLeft == 0)
            {
                continue;
            }

            var share = (Rows.Free + prompts - 1) / prompts--;
            for (var count = Math.Min(share, Math.Min(_options.PrefillChunk, sequence.PromptLeft)); count > 0; count--)
            {
                var position = sequence.PromptStarted++;
                Rows.Start(sequence, position, sequence.Prompt.Span[position]);
            }
        }
    }
}
