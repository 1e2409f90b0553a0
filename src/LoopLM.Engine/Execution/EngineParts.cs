using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>The parts of an engine, put together: who has what, and what each step of a tick works with.</summary>
internal sealed class EngineParts
{
    /// <exception cref="ArgumentException">With these options the smallest request is refused.</exception>
    public EngineParts(
        IModelRunner runner,
        EngineOptions options,
        EngineMetrics metrics,
        IDraftStrategy? drafts,
        double? syntheticAcceptance,
        ExitPolicies policies,
        TimeProvider time,
        ILogger logger)
    {
        var validator = new RequestValidator(runner.Model, options, policies, time);
        if (!validator.TryResolve(
            new GenerationRequest { Prompt = new int[1], MaxTokens = 1 }, RequestClient.Local, out _, out var rejection))
        {
            throw new ArgumentException($"With these options the smallest request is refused: {rejection.Message}", nameof(options));
        }

        Queue = new QueueCapacity(options.MaxQueuedRequests, options.MaxQueuedTokens, metrics, time);
        Ledger = new KvLedger(options.KvSlots, options.MaxSequences, options.PositionSlots(runner.Model));
        Prefixes = new PrefixCache(Ledger, runner.Model.Loops);
        Scheduler = new Scheduler(options, Ledger, Prefixes);
        Masks = new MaskWorkers(options, metrics, time, logger);
        Finisher = new SequenceFinisher(Scheduler, Prefixes, Queue, Masks, runner, metrics, time, logger);
        Failures = new RunnerFailures(Finisher, Scheduler.Rows, logger);
        Intake = new RequestIntake(validator, options, Scheduler, Finisher, Failures, Queue, Masks, metrics);
        var headCosts = new PassCosts();
        Drafts = drafts ?? new DraftStrategies(new AdaptiveDrafts(LoopCosts, headCosts, runner.Model));
        Output = new OutputProcessor(
            Scheduler.Rows, Ledger, Finisher, Masks, Drafts, runner.Model.Loops, syntheticAcceptance, metrics, time);
        Exits = new ExitStage(runner.Model, Scheduler.Rows, Ledger, Prefixes, Output, Drafts, metrics, logger);
        var chooser = new TokenChooser(runner.Model.VocabularySize, logger);
        Head = new HeadStage(runner, Scheduler.Rows, Ledger, chooser, Output, Finisher, Failures, headCosts, time, options.MaxRows);
    }

    public QueueCapacity Queue { get; }

    public KvLedger Ledger { get; }

    public PrefixCache Prefixes { get; }

    public Scheduler Scheduler { get; }

    public MaskWorkers Masks { get; }

    public SequenceFinisher Finisher { get; }

    public RunnerFailures Failures { get; }

    public RequestIntake Intake { get; }

    public OutputProcessor Output { get; }

    /// <summary>What a loop costs by its rows.</summary>
    public PassCosts LoopCosts { get; } = new();

    public IDraftStrategy Drafts { get; }

    public ExitStage Exits { get; }

    public HeadStage Head { get; }

    /// <summary>Recounts the KV ledger and the rows, and checks that an idle engine holds nothing.</summary>
    /// <exception cref="InvalidOperationException">Something leaked.</exception>
    public void Audit()
    {
        Ledger.Audit(Prefixes.Audit());
        Scheduler.Audit();
        var rows = Scheduler.Rows.RunningCount + Scheduler.Rows.ParkedCount;
        var slots = Ledger.UsedSlots + Ledger.UsedPositionSlots;
        var held = (slots, Ledger.CommittedSlots, rows, Masks.Waiting, Queue.Taken, Queue.Tokens, Queue.Clients);
        if (Scheduler.IsIdle && held != (0, 0, 0, 0, 0, 0, 0))
        {
            throw new InvalidOperationException(
                $"The idle engine holds (used slots, committed slots, rows, masks, queued requests, queued tokens, clients) = {held}.");
        }
    }
}
