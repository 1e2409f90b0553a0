using System.Collections.Concurrent;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Tests.Exits;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>Does the operations of a case to an engine and compares every generation with the <see cref="SerialOracle"/>.</summary>
internal sealed class RandomRun : IDisposable
{
    private const string RunnerFailed = "The model runner failed.";
    private const string Discarded = "A request that has started was discarded for its time in the queue.";

    private readonly RandomCase _case;
    private readonly FakeTimeProvider _time = new();
    private readonly EngineHarness _engine;
    private readonly List<Expected> _live = [];
    private readonly ConcurrentQueue<string> _faults = [];
    private bool _runnerFails;

    private RandomRun(RandomCase random)
    {
        _case = random;
        _engine = new EngineHarness(random.Options, random.Model, ThrowingPolicy.WithBuiltIn, _time, random.Drafts);
        _engine.Runner.BreaksLogits = row => RandomCase.BreaksLogits(row.Position);
    }

    /// <summary>Does some operations, drains the engine and checks everything.</summary>
    /// <returns>Generations that were accepted.</returns>
    public static int Execute(RandomCase random, IEnumerable<Operation> operations)
    {
        using var run = new RandomRun(random);
        var accepted = 0;
        foreach (var operation in operations)
        {
            accepted += run.Do(operation);
            run._engine.Core.Audit();
            run.Check();
        }

        run._engine.Drain();
        run.Check();
        Assert.Empty(run._live);
        Assert.Empty(run._faults);
        return accepted;
    }

    public void Dispose() => _engine.Dispose();

    private int Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Submit submit:
                return Submit(submit);
            case Operation.Cancel(var index) when _live.Count > 0:
                End(_live[index % _live.Count], FinishReason.Cancelled);
                break;
            case Operation.Stop(var index) when _live.Count > 0:
                End(_live[index % _live.Count], FinishReason.Stop);
                break;
            case Operation.Tick(var count):
                Tick(count);
                break;
            case Operation.Wait(var wait):
                _time.Advance(wait);
                break;
            case Operation.Fault(var inHead):
                (_runnerFails, _engine.Runner.BeforeHead, _engine.Runner.BeforeLoop) =
                    (true, inHead ? Throw : null, inHead ? null : _ => Throw());
                Tick(1);
                (_runnerFails, _engine.Runner.BeforeHead, _engine.Runner.BeforeLoop) = (false, null, null);
                break;
            case Operation.FaultyRelease:
                _engine.Runner.AfterRelease = Throw;
                Tick(1);
                _engine.Runner.AfterRelease = null;
                break;
            case Operation.CancelAll:
                _live.ForEach(expected => expected.AskedToEnd = FinishReason.Cancelled);
                _engine.Core.CancelAll();
                break;
        }

        return 0;

        static void Throw() => throw new InvalidOperationException("kernel");
    }

    private int Submit(Operation.Submit submit)
    {
        var choices = Enumerable.Range(0, submit.Choices).Select(index => submit.Request with
        {
            Constraint = submit.Rule is { } rule ? maxRewind => rule.Create(maxRewind, _faults.Enqueue) : null,
            Sampling = submit.Request.Sampling with { Seed = RandomCase.SeedOf(submit.Request, index) },
        }).ToArray();
        var waiting = _engine.Snapshot.QueuedRequests;
        if (!_engine.Core.TryAccept(choices, submit.Client, out var submission, out var rejection))
        {
            Assert.Equal(NeverFits(submit.Request) ? RejectionReason.KvExceeded : RejectionReason.QueueFull, rejection.Reason);
            Assert.True(rejection.Reason == RejectionReason.KvExceeded || waiting > 0 || choices.Length > _case.Options.MaxQueuedRequests);
            return 0;
        }

        _engine.Core.Commit(submission);
        var request = new ExpectedRequest(_time.GetUtcNow());
        _live.AddRange(submission.Generations.Zip(choices, (generation, choice) => new Expected(generation, choice, submit.Rule, request)));
        return choices.Length;
    }

    private bool NeverFits(GenerationRequest request)
    {
        var (positions, positionSlots) =
            (request.Prompt.Length + Math.Max(0, request.MaxTokens - 1), _case.Options.PositionSlots(_case.Model.Description));
        return WorstCase(request) > _case.Options.KvSlots || (positionSlots > 0 && positions > positionSlots);
    }

    /// <summary>The slots that hold something when the last token is chosen and no token has left early.</summary>
    private long WorstCase(GenerationRequest request)
    {
        var (prompt, generated, loops) = (request.Prompt.Length, Math.Max(0, request.MaxTokens - 1), _case.Model.Description.Loops);
        var slots = request.KvLayout == KvLayout.LastExited
            ? (prompt * loops) + (generated * request.Exit.MaxLoops!.Value)
            : Math.Max(prompt * loops, prompt + generated);
        return slots + (request.Reports.SkippedLoopLogprobs ? 1 : 0);
    }

    private void Tick(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _engine.TickOrWait();
            _engine.Core.Audit();
            Check();
            Assert.All(_live, expected => Assert.Null(expected.AskedToEnd));
        }
    }

    private static void End(Expected expected, FinishReason reason)
    {
        if (reason == FinishReason.Cancelled)
        {
            expected.Generation.Cancel();
            expected.AskedToEnd ??= reason;
        }
        else
        {
            expected.Generation.Stop();
            expected.AskedToEnd = reason;
        }
    }

    /// <summary>Reads what has happened since the last time, and compares each generation that has ended.</summary>
    private void Check()
    {
        foreach (var expected in _live)
        {
            while (expected.Generation.Events.TryRead(out var next))
            {
                expected.Events.Add(next);
            }

            expected.Request.HasStarted |= expected.Events is [{ Kind: GenerationEventKind.Token or GenerationEventKind.PromptToken }, ..];
            if (expected.Generation.Events.Completion.IsCompleted)
            {
                CheckEnded(expected);
            }
        }

        _live.RemoveAll(expected => expected.Generation.Events.Completion.IsCompleted);
        Assert.All(_live, expected => Assert.False(expected.Request is { HasStarted: true, HasTimedOut: true }, Discarded));
    }

    private void CheckEnded(Expected expected)
    {
        // What comes after tokens as they were generated depends on those that were there.
        if (expected.Events[^1].AsGeneratedPromptTokens > 0)
        {
            Assert.Equal(PrefixReuse.AsGenerated, expected.Spec.PrefixReuse);
            return;
        }

        var oracle = new SerialOracle(_case.Model, RandomCase.BreaksLogits);
        var alone = oracle.Run(expected.Spec, expected.Rule);
        var (told, end) = (expected.Events[..^1], expected.Events[^1]);
        Assert.Equal(alone.Take(told.Count).Select(Describe), told.Select(Describe));
        Assert.All(told, each => Assert.True(each.Kind is GenerationEventKind.Token or GenerationEventKind.PromptToken));
        switch (end)
        {
            case { Kind: GenerationEventKind.Finished, FinishReason: FinishReason.QueueTimeout }:
                Assert.Empty(told);
                Assert.True(_time.GetUtcNow() - expected.Request.AcceptedAt >= _case.Options.MaxQueueTime);
                expected.Request.HasTimedOut = true;
                Assert.False(expected.Request.HasStarted, Discarded);
                break;
            case { Kind: GenerationEventKind.Failed, Error: RunnerFailed }:
                Assert.True(_runnerFails);
                break;
            case { Kind: GenerationEventKind.Finished } when end.FinishReason == expected.AskedToEnd:
                // After the last token the end follows at once.
                Assert.True(told.Count < alone.Count - 1 || alone[^1].Kind == GenerationEventKind.Failed || expected.Spec.MaxTokens == 0);
                break;
            case { Kind: GenerationEventKind.Failed } when oracle.FailsInPrompt:
                Assert.Equal(alone[^1].IsRequestsFault, end.IsRequestsFault);
                break;
            default:
                Assert.Equal(Describe(alone[told.Count]), Describe(end));
                break;
        }
    }

    private static string Describe(GenerationEvent each) =>
        $"{each.Kind} {each.Token} {each.ExitStep} {each.FinishReason} {each.Error} {each.IsRequestsFault} [{string.Join(' ', each.Gates.ToArray())}] "
        + $"{each.Logprobs?.Logprob} {each.Logprobs?.Rank} [{string.Join(' ', each.Logprobs?.Top ?? [])}] [{string.Join(' ', each.Logprobs?.Named ?? [])}] "
        + $"[{string.Join(' ', (each.LoopLogprobs ?? []).SelectMany(top => top))}]";

    /// <summary>A request, whose choices wait together.</summary>
    private sealed class ExpectedRequest(DateTimeOffset acceptedAt)
    {
        public DateTimeOffset AcceptedAt { get; } = acceptedAt;

        public bool HasStarted { get; set; }

        public bool HasTimedOut { get; set; }
    }

    private sealed class Expected(Generation generation, GenerationRequest spec, TokenRule? rule, ExpectedRequest request)
    {
        public Generation Generation { get; } = generation;

        public GenerationRequest Spec { get; } = spec;

        public TokenRule? Rule { get; } = rule;

        public ExpectedRequest Request { get; } = request;

        public List<GenerationEvent> Events { get; } = [];

        public FinishReason? AskedToEnd { get; set; }
    }
}
