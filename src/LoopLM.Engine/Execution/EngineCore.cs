using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoopLM.Engine.Execution;

/// <summary>
/// The engine without its thread: each <see cref="Tick"/> plans rows, runs one loop over them, decides exits, reads out the rows that left, and publishes.
/// One thread ticks. It owns the runner and disposes it.
/// </summary>
public sealed class EngineCore : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly EngineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly RequestValidator _validator;
    private readonly QueuePlaces _places;
    private readonly KvLedger _ledger;
    private readonly Scheduler _scheduler;
    private readonly MaskWorkers _masks;
    private readonly SequenceEnds _ends;
    private readonly RunnerFaults _faults;
    private readonly ReadOut _readOut;
    private readonly float[] _gateLogits;
    private readonly float[] _stateChanges;
    private readonly bool[] _left;
    private int _rows;
    private long _ticks;
    private LoopCounts _prefillRows;
    private LoopCounts _decodeRows;

    /// <summary>Creates an engine with nothing to do.</summary>
    /// <param name="runner">A runner with room for the options' <see cref="EngineOptions.MaxRows"/> and <see cref="EngineOptions.KvSlots"/>.</param>
    /// <param name="options">Sizes and defaults.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="policies">The exit policies that requests can name; default the built-in ones.</param>
    /// <param name="time">Its clock; default the system's.</param>
    /// <param name="logger">Its log; default none.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the model, or refuse every request that leaves them be.</exception>
    public EngineCore(
        IModelRunner runner,
        EngineOptions options,
        EngineMetrics metrics,
        ExitPolicies? policies = null,
        TimeProvider? time = null,
        ILogger? logger = null)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        if (options.MaxRows < options.MaxSequences)
        {
            throw new ArgumentException($"MaxRows is {options.MaxRows}; it must be at least MaxSequences, which is {options.MaxSequences}.", nameof(options));
        }

        if (options.MaxLoops < runner.Model.Loops)
        {
            throw new ArgumentException($"MaxLoops is {options.MaxLoops}; it must be at least the model's loops, which are {runner.Model.Loops}.", nameof(options));
        }

        _runner = runner;
        _options = options;
        _metrics = metrics;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _validator = new RequestValidator(runner.Model, options, policies ?? ExitPolicies.BuiltIn, _time);
        if (!_validator.TryResolve(new GenerationRequest { Prompt = new int[1], MaxTokens = 1 }, out _, out var rejection))
        {
            throw new ArgumentException($"With these options the smallest request is refused: {rejection.Message}", nameof(options));
        }

        _places = new QueuePlaces(options.MaxQueuedRequests, options.MaxQueuedTokens, metrics, _time);
        _ledger = new KvLedger(options.KvSlots, options.MaxSequences);
        _scheduler = new Scheduler(options, _ledger);
        _masks = new MaskWorkers(options, metrics, _time, _logger);
        _ends = new SequenceEnds(_scheduler, _places, _masks, runner, metrics, _logger);
        _faults = new RunnerFaults(_ends, _logger);
        _readOut = new ReadOut(runner, _scheduler.Rows, _ends, _faults, _masks, metrics, _time, _logger, options.MaxRows);
        _gateLogits = new float[options.MaxRows];
        _stateChanges = new float[options.MaxRows];
        _left = new bool[options.MaxRows];
    }

    /// <summary>Whether no request waits or runs.</summary>
    public bool IsIdle => _scheduler.IsIdle;

    /// <summary>Why the engine can do nothing more; null while it can.</summary>
    public string? Fault => _faults.Latched;

    /// <summary>Accepts a request, or says why not. For callers on the thread that ticks.</summary>
    public bool TrySubmit(
        GenerationRequest request,
        [NotNullWhen(true)] out Generation? generation,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        generation = null;
        if (!TryAccept([request], RequestClient.Local, out var group, out rejection))
        {
            return false;
        }

        Enqueue(group);
        generation = group.Sequences[0].Generation;
        return true;
    }

    /// <summary>Runs one tick. Returns false when there was nothing to run: then all is idle, or waits for masks (<see cref="WaitForMask"/>).</summary>
    public bool Tick()
    {
        if (_ends.EndAsAsked())
        {
            DropRowsOfEnded();
        }

        var admittedBefore = _scheduler.Running.Count;
        var plan = _scheduler.Plan();
        _rows = plan.Rows.Length;
        CountAdmitted(admittedBefore);
        _ends.EndExpired(_time, _options.MaxQueueTime);
        if (plan.Rows.IsEmpty && !_scheduler.Rows.CanResume)
        {
            return false;
        }

        var started = _time.GetTimestamp();
        _ticks++;
        _left.AsSpan().Clear();
        if (plan.Rows.IsEmpty || TryRunLoop(plan))
        {
            DecideExits(plan);
        }

        ResumeHeld();
        _readOut.Run(_ticks);
        _scheduler.Rows.Compact(_left);
        _metrics.Ticked(plan.Rows.Length, _time.GetElapsedTime(started));
        return true;
    }

    /// <summary>Sleeps until a mask is there that a token waits for, or for some time. False where no token waits for one.</summary>
    public bool WaitForMask(TimeSpan longest)
    {
        if (_scheduler.Rows.Held == 0)
        {
            return false;
        }

        if (!_scheduler.Rows.CanResume)
        {
            _masks.Wait(longest);
        }

        return true;
    }

    /// <summary>Cancels everything that waits or runs.</summary>
    public void CancelAll() => EndAll(GenerationEvent.Finished(FinishReason.Cancelled));

    /// <summary>Fails everything that waits or runs. Every reader is told, whatever state a bug has left the engine in.</summary>
    public void FailAll(string error) => EndAll(GenerationEvent.Failed(error));

    /// <summary>What the engine looks like now.</summary>
    public EngineSnapshot TakeSnapshot(EngineHealth health) => new()
    {
        Health = Fault is null ? health : EngineHealth.Unhealthy,
        Fault = Fault,
        Runner = _runner.Name,
        Model = _runner.Model,
        Timestamp = _time.GetTimestamp(),
        Ticks = _ticks,
        Rows = _rows,
        PrefillRows = _prefillRows,
        DecodeRows = _decodeRows,
        RunningSequences = _scheduler.Running.Count,
        QueuedRequests = _places.Taken,
        QueuedTokens = _places.Tokens,
        UsedKvSlots = _ledger.UsedSlots,
        UsedKvSlotsByLoop = _ledger.UsedSlotsByLoop,
        KvSlots = _ledger.Capacity,
        GeneratedTokens = _readOut.GeneratedTokens,
        ExitSteps = _readOut.ExitSteps,
        Exits = _readOut.Exits,
    };

    /// <summary>Recounts the KV ledger and the rows, and checks that an idle engine holds nothing.</summary>
    /// <exception cref="InvalidOperationException">Something leaked.</exception>
    public void Audit()
    {
        _ledger.Audit();
        _scheduler.Audit();
        var rows = _scheduler.Rows.Count + _scheduler.Rows.Held;
        var held = (_ledger.UsedSlots, _ledger.CommittedSlots, rows, _masks.Waiting, _places.Taken, _places.Tokens, _places.Clients);
        if (IsIdle && held != (0, 0, 0, 0, 0, 0, 0))
        {
            throw new InvalidOperationException(
                $"The idle engine holds (used slots, committed slots, rows, masks, queue places, queued tokens, clients) = {held}.");
        }
    }

    /// <summary>Cancels everything and disposes the runner.</summary>
    public void Dispose()
    {
        try
        {
            CancelAll();
        }
        finally
        {
            _masks.Dispose();
            _runner.Dispose();
        }
    }

    /// <summary>
    /// Checks requests of one client and takes places in the queue for them, for all or for none. Safe from any thread;
    /// <see cref="Enqueue"/> or <see cref="Decline"/> must follow.
    /// </summary>
    internal bool TryAccept(
        IReadOnlyList<GenerationRequest> requests,
        RequestClient client,
        [NotNullWhen(true)] out SequenceGroup? group,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        rejection = null;
        var resolved = new Sequence[requests.Count];
        for (var i = 0; i < resolved.Length && rejection is null; i++)
        {
            _validator.TryResolve(requests[i], out resolved[i]!, out rejection);
        }

        rejection ??= Fault is not null ? new Rejection(RejectionReason.Unhealthy, null, RunnerFaults.DeviceLost)
            : !_places.TryTake(client, resolved.Length, PromptTokens(resolved)) ? QueueFull(client)
            : null;
        if (rejection is null)
        {
            if (resolved.Any(sequence => sequence.Constraint is not null))
            {
                _masks.Start();
            }

            group = new SequenceGroup(client, resolved);
            return true;
        }

        group = null;
        _metrics.Rejected();
        return false;
    }

    /// <summary>Gives back the places of accepted requests that cannot be queued any more.</summary>
    internal void Decline(SequenceGroup group) => _places.Return(group.Client, group.Sequences.Count, PromptTokens(group.Sequences));

    /// <summary>Queues accepted requests.</summary>
    internal void Enqueue(SequenceGroup group)
    {
        _scheduler.Enqueue(group);
        if (Fault is not null)
        {
            FailAll(RunnerFaults.DeviceLost);
        }
    }

    /// <summary>Fails everything for good, unless that has happened before.</summary>
    internal void LoseDevice(string fault)
    {
        if (Fault is null)
        {
            _faults.Meet(new DeviceLostException(fault), _ticks, []);
            DropRowsOfEnded();
        }
    }

    private Rejection QueueFull(RequestClient client)
    {
        _metrics.QueueFull(client);
        return new(RejectionReason.QueueFull, null,
            $"{_places.Taken} requests with {_places.Tokens} prompt tokens are waiting, {_places.TakenBy(client)} of them from this client. "
            + $"{_options.MaxQueuedRequests} requests and {_options.MaxQueuedTokens} tokens may, "
            + $"of one client as many as it leaves free{(client.Weight == 1 ? "" : $", times {client.Weight}")}. Try again later.",
            _places.DrainTime());
    }

    private static long PromptTokens(IEnumerable<Sequence> sequences) => sequences.Sum(sequence => (long)sequence.Prompt.Length);

    private void EndAll(in GenerationEvent end)
    {
        _ends.EndAll(end);
        DropRowsOfEnded();
    }

    private void DropRowsOfEnded()
    {
        _left.AsSpan().Clear();
        _scheduler.Rows.Compact(_left);
    }

    private void CountAdmitted(int from)
    {
        for (var i = from; i < _scheduler.Running.Count; i++)
        {
            var admitted = _scheduler.Running[i];
            _places.Admit(admitted.Client, admitted.Prompt.Length);
            _metrics.Admitted(admitted.Prompt.Length, _time.GetElapsedTime(admitted.AcceptedAt));
            if (admitted is { Constraint: { } constraint, MaxTokens: > 0 })
            {
                _masks.Want(constraint, token: null);
            }
        }
    }

    private bool TryRunLoop(TickPlan plan)
    {
        try
        {
            var rows = plan.Rows.Length;
            _runner.RunLoop(
                plan,
                plan.Reads.Has(ExitSignals.Gate) ? _gateLogits.AsSpan(0, rows) : default,
                plan.Reads.Has(ExitSignals.StateChange) ? _stateChanges.AsSpan(0, rows) : default);
            return true;
        }
        catch (Exception exception)
        {
            _faults.Meet(exception, _ticks, [.. Enumerable.Range(0, plan.Rows.Length).Select(row => _scheduler.Rows[row].Sequence)]);
            return false;
        }
    }

    private void DecideExits(TickPlan plan)
    {
        for (var i = 0; i < plan.Rows.Length; i++)
        {
            ref var row = ref _scheduler.Rows[i];
            if (row.Sequence.HasEnded)
            {
                continue;
            }

            row.Loop++;
            (row.IsPrompt ? ref _prefillRows : ref _decodeRows).Add(row.Loop);
            if (row.ExitStep > 0)
            {
                EndObservation(i, row);
                continue;
            }

            var reads = row.Reads;
            if ((reads.Has(ExitSignals.Gate) && float.IsNaN(_gateLogits[i]))
                || (reads.Has(ExitSignals.StateChange) && float.IsNaN(_stateChanges[i])))
            {
                _ends.Fail(row.Sequence, $"The model computed NaN at position {row.Position}, loop {row.Loop}.");
                continue;
            }

            if (reads.Has(ExitSignals.Gate))
            {
                var probability = ExitDistribution.GateProbability(_gateLogits[i]);
                row.Distribution.Add(probability);
                _scheduler.Rows.Gates(row.RowSlot).Add(probability);
            }

            if (ShouldLeave(row, _stateChanges[i]))
            {
                Leave(i, ref row);
            }
            else if (row.LoopLogprobs is not null)
            {
                _readOut.Add(i, left: false);
            }
        }
    }

    /// <summary>The policies are given from outside: one that throws ends the request that chose it.</summary>
    private bool ShouldLeave(in InFlightRow row, float stateChange)
    {
        var sequence = row.Sequence;
        if (row.IsPrompt)
        {
            return row.Loop == _runner.Model.Loops;
        }

        try
        {
            return sequence.Exit.ShouldExit(sequence.Generated, row.Loop, row.Distribution, stateChange);
        }
        catch (Exception exception)
        {
            EngineLog.PolicyFailed(_logger, exception, sequence.Exit.Policy.Name);
            _ends.Fail(sequence, "The exit policy failed.");
            return false;
        }
    }

    /// <summary>Goes on with the rows whose masks have come: their tokens are chosen in this tick.</summary>
    private void ResumeHeld()
    {
        for (var i = _scheduler.Rows.Resume(); i < _scheduler.Rows.Count; i++)
        {
            _left[i] = _scheduler.Rows[i].ExitStep == 0;
            _readOut.Add(i, _left[i]);
        }
    }

    private void EndObservation(int index, in InFlightRow row)
    {
        _ledger.EndObservation(row.Sequence.Number, row.Position, row.Loop, row.ExitStep);
        _left[index] = row.Loop == row.Sequence.ObservedLoops;
        _readOut.Add(index, _left[index]);
    }

    private void Leave(int index, ref InFlightRow row)
    {
        _ledger.Exit(row.Sequence.Number, row.Position, row.Loop);
        if (!row.IsPrompt && row.Loop < row.Sequence.ObservedLoops)
        {
            row.ExitStep = row.Loop;
            ReadOutOrHold(index, ref row, left: false);
            return;
        }

        ReadOutOrHold(index, ref row, left: true);

        if (row.IsPrompt && row.YieldsToken)
        {
            _ledger.FinishPrompt(row.Sequence.Number);
        }
    }

    /// <summary>A row whose token is to be chosen waits until its mask is there; until then it runs no loop and holds up nothing.</summary>
    private void ReadOutOrHold(int index, ref InFlightRow row, bool left)
    {
        if (row is { YieldsToken: true, Sequence: { MaxTokens: > 0, Constraint.IsReady: false } })
        {
            row.IsHeld = true;
            _metrics.MaskIsLate();
            return;
        }

        _left[index] = left;
        if (row.IsReadOut)
        {
            _readOut.Add(index, left);
        }
    }
}
