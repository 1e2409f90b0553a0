using LoopLM.Engine.Configuration;
using LoopLM.Engine.Kv;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Decides which rows run: it owns the queue, the running sequences and the rows. Every running row advances one loop each tick.
/// Free row slots go to certain tokens first, then to drafts, then in equal shares to prompts, in the order of admission.
/// </summary>
internal sealed class Scheduler
{
    /// <summary>Waiting for fewer tokens than this costs more than to compute them.</summary>
    private const int LeastShared = 16;

    private readonly EngineOptions _options;
    private readonly KvLedger _ledger;
    private readonly PrefixCache _prefixes;
    private readonly AdmissionQueue _queue = new();
    private readonly List<Sequence> _running;
    private readonly Stack<int> _freeNumbers;
    private readonly TickPlan _plan;
    private readonly Func<Sequence, bool> _tryOpen;

    public Scheduler(EngineOptions options, KvLedger ledger, PrefixCache prefixes)
    {
        _options = options;
        _ledger = ledger;
        _prefixes = prefixes;
        _running = new List<Sequence>(options.MaxSequences);
        _freeNumbers = new Stack<int>(Enumerable.Range(0, options.MaxSequences).Reverse());
        Rows = new RowTable(options.MaxRows);
        _plan = new TickPlan(ledger, options.MaxRows);
        _tryOpen = TryOpen;
    }

    /// <summary>The rows.</summary>
    public RowTable Rows { get; }

    /// <summary>Sequences that are admitted, in the order of admission.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    public int Queued => _queue.Count;

    public bool IsIdle => _queue.Count == 0 && _running.Count == 0;

    public void Enqueue(SequenceGroup group) => _queue.Enqueue(group);

    /// <summary>
    /// The sequence that has waited too long, if any. One whose group has started never has: what has begun is brought to its end.
    /// </summary>
    public Sequence? FindExpired(TimeProvider time, TimeSpan longest) =>
        _queue.OldestUnstarted is { } oldest && time.GetElapsedTime(oldest.AcceptedAt) >= longest ? oldest : null;

    /// <summary>A sequence that waits, if any.</summary>
    public Sequence? FindWaiting() => _queue.Any;

    /// <summary>Takes a sequence out of the queue.</summary>
    public void Dequeue(Sequence sequence) => _queue.Remove(sequence);

    /// <summary>
    /// Admits what fits, starts rows, and plans one loop of every running row. The plan has no rows when there is nothing to run.
    /// </summary>
    public TickPlan Plan()
    {
        _plan.Admitted.Clear();
        while (_freeNumbers.Count > 0 && _queue.Admit(_tryOpen) is { } admitted)
        {
            _running.Add(admitted);
            _plan.Admitted.Add(admitted);
        }

        if (_options.Refill || Rows.RunningCount == 0)
        {
            StartConfirmed();
            StartDrafts();
            StartPrompts();
        }

        _plan.Fill(Rows);
        return _plan;
    }

    /// <summary>
    /// Ends a running sequence: its slots, its number and, at the next <see cref="RowTable.Compact"/>, its rows are free.
    /// </summary>
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

        sequence.Admit(_freeNumbers.Pop());
        sequence.Leader = FindLeader(sequence);
        return true;
    }

    /// <summary>
    /// The sequence admitted before that reads most of what a prompt begins with, beyond what is
    /// cached; null where none reads enough to wait for.
    /// </summary>
    private Sequence? FindLeader(Sequence sequence)
    {
        if (sequence.PrefixKey is not { } key)
        {
            return null;
        }

        var prompt = sequence.Prompt.Span[..^1];
        var (leader, best) = ((Sequence?)null, _prefixes.Count(key, sequence.PrefixReuse, prompt) + LeastShared - 1);
        foreach (var running in _running)
        {
            if (running == sequence)
            {
                break;
            }

            if (!running.HasReadPrompt && (running.PrefixKey, running.PrefixReuse) == (key, sequence.PrefixReuse)
                && running.Prompt.Span.CommonPrefixLength(prompt) is var common && common > best)
            {
                (leader, best) = (running, common);
            }
        }

        return leader;
    }

    /// <summary>
    /// Every sequence with a certain token gets its row: the row of the position before has just
    /// become free, and nothing else has taken it.
    /// </summary>
    private void StartConfirmed()
    {
        foreach (var sequence in _running)
        {
            if (sequence.ConfirmedCount > 0)
            {
                StartPending(sequence, 0);
            }
        }
    }

    /// <summary>Drafts take rows that are free.</summary>
    private void StartDrafts()
    {
        foreach (var sequence in _running)
        {
            for (var index = sequence.ConfirmedCount; index < sequence.Window.Count && Rows.FreeCount > 0; index++)
            {
                StartPending(sequence, index);
            }
        }
    }

    private void StartPending(Sequence sequence, int index)
    {
        ref var pending = ref sequence.Window[index];
        pending.RowSlot ??= Rows.Start(sequence, sequence.PositionOf(index), pending.Token);
    }

    private bool CanStartPrompt(Sequence sequence)
    {
        if (sequence is { PromptStarted: 0, Leader: { HasEnded: true, HasReadPrompt: false } })
        {
            sequence.Leader = FindLeader(sequence);
        }

        return sequence is { PromptLeft: > 0, WaitsForLeader: false };
    }

    /// <summary>A long prompt could fill every row for as long as it lasts; sharing lets the shorter ones after it through.</summary>
    private void StartPrompts()
    {
        var prompts = 0;
        foreach (var sequence in _running)
        {
            prompts += CanStartPrompt(sequence) ? 1 : 0;
        }

        foreach (var sequence in _running)
        {
            if (!CanStartPrompt(sequence))
            {
                continue;
            }

            if (sequence is { PromptStarted: 0, PrefixKey: { } key })
            {
                var (count, exact) = _prefixes.Adopt(sequence.Number, key, sequence.PrefixReuse, sequence.Prompt.Span[..^1]);
                sequence.SkipPrompt(count, exact);
            }

            var share = (Rows.FreeCount + prompts - 1) / prompts--;
            for (var count = Math.Min(share, Math.Min(_options.PrefillChunk, sequence.PromptLeft)); count > 0; count--)
            {
                var position = sequence.StartPrompt();
                Rows.Start(sequence, position, sequence.Prompt.Span[position]);
            }
        }
    }
}
