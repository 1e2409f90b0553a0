using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoopLM.Engine.Execution;

/// <summary>
/// The engine without its thread: each <see cref="Tick"/> plans rows, runs one loop over them, decides exits, reads the head, and
/// publishes. One thread ticks. It owns the runner and disposes it.
/// </summary>
public sealed class EngineCore : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly EngineMetrics _metrics;
    private readonly EngineParts _parts;
    private readonly float[] _gateLogits;
    private readonly float[] _stateChanges;
    private int _rows;
    private long _ticks;
    private TimeSpan _tickTime;
    private TimeSpan _loopTime;

    /// <summary>Creates an engine with nothing to do.</summary>
    /// <param name="runner">
    /// A runner with room for the options' <see cref="EngineOptions.MaxRows"/> and <see cref="EngineOptions.KvSlots"/>.
    /// </param>
    /// <param name="options">Sizes and defaults.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="policies">The exit policies that requests can name; default the built-in ones.</param>
    /// <param name="time">Its clock; default the system's.</param>
    /// <param name="logger">Its log; default none.</param>
    /// <param name="syntheticAcceptance">
    /// For benchmarks of models with random weights: the share of drafts, 0 to 1, that a seeded coin confirms instead of a comparison of
    /// tokens. What is generated then means nothing. Default: tokens are compared.
    /// </param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// The options contradict each other or the model, or refuse every request that leaves them be.
    /// </exception>
    public EngineCore(
        IModelRunner runner,
        EngineOptions options,
        EngineMetrics metrics,
        ExitPolicies? policies = null,
        TimeProvider? time = null,
        ILogger? logger = null,
        double? syntheticAcceptance = null)
        : this(runner, options, metrics, drafts: null, policies, time, logger, syntheticAcceptance)
    {
    }

    internal EngineCore(
        IModelRunner runner,
        EngineOptions options,
        EngineMetrics metrics,
        IDraftStrategy? drafts,
        ExitPolicies? policies,
        TimeProvider? time,
        ILogger? logger,
        double? syntheticAcceptance = null)
    {
        options.Validate(runner.Model);
        (_runner, _options, _metrics, _time) = (runner, options, metrics, time ?? TimeProvider.System);
        _parts = new EngineParts(
            runner, options, metrics, drafts, syntheticAcceptance, policies ?? ExitPolicies.BuiltIn, _time, logger ?? NullLogger.Instance);
        _gateLogits = new float[options.MaxRows];
        _stateChanges = new float[options.MaxRows];
    }

    /// <summary>Whether no request waits or runs.</summary>
    public bool IsIdle => _parts.Scheduler.IsIdle;

    /// <summary>Why the engine can do nothing more; null while it can.</summary>
    public string? Fault => _parts.Failures.Latched;

    /// <summary>Accepts a request, or says why not. For callers on the thread that ticks.</summary>
    public bool TrySubmit(
        GenerationRequest request, [NotNullWhen(true)] out Generation? generation, [NotNullWhen(false)] out Rejection? rejection)
    {
        generation = null;
        if (!TryAccept([request], RequestClient.Local, out var submission, out rejection))
        {
            return false;
        }

        Commit(submission);
        generation = submission.Generations[0];
        return true;
    }

    /// <summary>
    /// Runs one tick. Returns false when there was nothing to run: then all is idle, or waits for masks (<see cref="WaitForMask"/>).
    /// </summary>
    public bool Tick()
    {
        var begun = _time.GetTimestamp();
        FinishRequested();
        var plan = _parts.Scheduler.Plan();
        _rows = plan.Batch.Rows.Length;
        Admit(plan.Admitted);
        _parts.Finisher.FinishExpired(_options.MaxQueueTime);
        if (plan.IsEmpty && !_parts.Scheduler.Rows.HasReadable)
        {
            return false;
        }

        var started = _time.GetTimestamp();
        _ticks++;
        _parts.Drafts.Plan(_parts.Scheduler.Running, _parts.Scheduler.Rows);
        var loops = plan.DistinctLoops;
        WantDraftMasks();
        if (!plan.IsEmpty && TryRunLoop(plan))
        {
            _parts.Exits.Run(plan, _gateLogits, _stateChanges);
        }

        _parts.Head.Run(_ticks);
        _parts.Scheduler.Rows.Compact();
        _metrics.Ticked(_rows, loops, _time.GetElapsedTime(started));
        _tickTime += _time.GetElapsedTime(begun);
        return true;
    }

    /// <summary>Sleeps until a mask is there that a token waits for, or for some time. False where no token waits for one.</summary>
    public bool WaitForMask(TimeSpan longest)
    {
        if (_parts.Scheduler.Rows.ParkedCount == 0)
        {
            return false;
        }

        if (!_parts.Scheduler.Rows.HasReadable)
        {
            _parts.Masks.Wait(longest);
        }

        return true;
    }

    /// <summary>Cancels everything that waits or runs.</summary>
    public void CancelAll() => FinishAll(GenerationEvent.Finished(FinishReason.Cancelled));

    /// <summary>Fails everything that waits or runs. Every reader is informed, whatever state a bug has left the engine in.</summary>
    public void FailAll(string error) => FinishAll(GenerationEvent.Failed(error));

    /// <summary>What the engine looks like now.</summary>
    public EngineSnapshot TakeSnapshot(EngineHealth health) => new()
    {
        Health = Fault is null ? health : EngineHealth.Unhealthy,
        Fault = Fault,
        Runner = _runner.Name,
        Model = _runner.Model,
        Timestamp = _time.GetTimestamp(),
        Ticks = _ticks,
        TickTime = _tickTime,
        RunnerTime = _loopTime + _parts.Head.RunnerTime,
        Rows = _rows,
        PrefillRows = _parts.Exits.PrefillRows,
        DecodeRows = _parts.Exits.DecodeRows,
        RunningSequences = _parts.Scheduler.Running.Count,
        QueuedRequests = _parts.Queue.Taken,
        QueuedTokens = _parts.Queue.Tokens,
        UsedKvSlots = _parts.Ledger.UsedSlots,
        UsedKvSlotsByLoop = _parts.Ledger.UsedSlotsByLoop,
        CachedKvSlots = _parts.Ledger.CachedSlots,
        KvSlots = _parts.Ledger.Capacity,
        GeneratedTokens = _parts.Output.GeneratedTokens,
        ExitSteps = _parts.Output.ExitSteps,
        SavedLoops = _parts.Output.SavedLoops,
        PrefixQueries = _parts.Exits.PrefixQueries,
        PrefixHits = _parts.Exits.PrefixHits,
        DraftTokens = _parts.Output.DraftTokens,
        AcceptedDraftTokens = _parts.Output.AcceptedDraftTokens,
        Exits = _parts.Output.Exits,
    };

    /// <summary>Recounts the KV ledger and the rows, and checks that an idle engine holds nothing.</summary>
    /// <exception cref="InvalidOperationException">Something leaked.</exception>
    public void Audit() => _parts.Audit();

    /// <summary>Cancels everything and disposes the runner.</summary>
    public void Dispose()
    {
        try
        {
            CancelAll();
        }
        finally
        {
            _parts.Masks.Dispose();
            _runner.Dispose();
        }
    }

    /// <summary>
    /// Checks requests of one client and reserves room in the queue for them, for all or for none. Safe from any thread;
    /// <see cref="Commit"/> or <see cref="Submission.Return"/> must follow.
    /// </summary>
    internal bool TryAccept(
        IReadOnlyList<GenerationRequest> requests,
        RequestClient client,
        [NotNullWhen(true)] out Submission? submission,
        [NotNullWhen(false)] out Rejection? rejection) => _parts.Intake.TryAccept(requests, client, out submission, out rejection);

    /// <summary>Queues accepted requests.</summary>
    internal void Commit(Submission submission)
    {
        submission.Commit();
        if (Fault is not null)
        {
            FailAll(RunnerFailures.DeviceLost);
        }
    }

    /// <summary>Fails everything for good, unless that has happened before.</summary>
    internal void LoseDevice(string fault)
    {
        if (Fault is null)
        {
            _parts.Failures.Handle(new DeviceLostException(fault), _ticks, []);
            _parts.Scheduler.Rows.Compact();
        }
    }

    private void FinishAll(in GenerationEvent end)
    {
        _parts.Finisher.FinishAll(end);
        _parts.Scheduler.Rows.Compact();
    }

    private void FinishRequested()
    {
        if (_parts.Finisher.FinishRequested())
        {
            _parts.Scheduler.Rows.Compact();
        }
    }

    private void Admit(List<Sequence> admitted)
    {
        foreach (var sequence in admitted)
        {
            _parts.Queue.Admit(sequence.Client, sequence.Prompt.Length);
            var now = _time.GetTimestamp();
            sequence.Generation.Admit(now);
            _metrics.Admitted(sequence.Prompt.Length, _time.GetElapsedTime(sequence.AcceptedAt, now));
            if (sequence is { Constraint: { } constraint, MaxTokens: > 0 })
            {
                _parts.Masks.Want(constraint);
            }
        }
    }

    /// <summary>Masks for drafts are worked out while the loop runs after which they are drafted.</summary>
    private void WantDraftMasks()
    {
        var running = _parts.Scheduler.Running;
        for (var i = 0; i < running.Count; i++)
        {
            if (running[i] is { DraftConstraint: { IsBehind: true } mask } && (mask.IsFull || _parts.Drafts.DraftLoop(running[i]) > 0))
            {
                _parts.Masks.Want(mask);
            }
        }
    }

    private bool TryRunLoop(TickPlan plan)
    {
        try
        {
            var gateLogits = plan.Reads.Has(ExitSignals.Gate) ? _gateLogits.AsSpan(0, _rows) : default;
            var stateChanges = plan.Reads.Has(ExitSignals.StateChange) ? _stateChanges.AsSpan(0, _rows) : default;
            var started = _time.GetTimestamp();
            _runner.RunLoop(plan.Batch, gateLogits, stateChanges);
            var elapsed = _time.GetElapsedTime(started);
            _parts.LoopCosts.Add(_rows, elapsed.TotalSeconds);
            _loopTime += elapsed;
            return true;
        }
        catch (Exception exception)
        {
            _parts.Failures.Handle(exception, _ticks, _parts.Scheduler.Rows.Running);
            return false;
        }
    }
}
