using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Engine.Tests.Execution;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Telemetry;

public sealed class EngineMetricsTests
{
    private static readonly EngineOptions s_options = new() { KvSlots = 4096, MaxSequences = 8, MaxRows = 32, PrefillChunk = 4 };

    public static TheoryData<string, ExitSettings, string> Exits => new()
    {
        { "a gate that says so", QExit(0.9f), "policy=q-exit reason=threshold exit_step=2" },
        { "the most loops", QExit(0.9f, maxLoops: 1), "policy=q-exit reason=max_loops exit_step=1" },
        { "a threshold that nothing reaches", QExit(1, maxLoops: 3), "policy=q-exit reason=fixed exit_step=3" },
        { "a fixed depth", new() { Policy = "fixed", MaxLoops = 2 }, "policy=fixed reason=fixed exit_step=2" },
        { "a trace", new() { Policy = "trace", Trace = new[] { 4, 3 } }, "policy=trace reason=policy exit_step=3" },
    };

    [Theory]
    [MemberData(nameof(Exits))]
    public void Tick_TokenThatLeaves_IsCountedByItsStepPolicyAndReason(string why, ExitSettings exit, string labels)
    {
        using var measured = new Measurements();
        var gates = new ScriptedModel { GateLogit = (_, loop, _) => loop == 2 ? 10 : -10 };

        Run(measured.Metrics, Greedy(1, 2, exit), gates);

        Assert.NotEmpty(why);
        var first = $"policy={exit.Policy} reason=prompt exit_step=4";
        Assert.Equal([(first, 1), (labels, 1)], measured.Of("looplm.exits"));
    }

    [Fact]
    public void Tick_GateOfGeneratedTokens_IsMeasuredAfterEachLoopAndThatOfPromptsIsNot()
    {
        using var measured = new Measurements();

        Run(measured.Metrics, Greedy(3, 2, QExit(0.9f)), new ScriptedModel { GateLogit = (_, loop, _) => loop == 2 ? 10 : -10 });

        Assert.Equal([0, 1], measured.Of("looplm.gate.probability").Select(each => Math.Round(each.Value)));
    }

    [Fact]
    public void Tick_ChunksOfAPrompt_RunDifferentLoopsTogether()
    {
        using var measured = new Measurements();

        // The second chunk of four follows the first one loop behind.
        Run(measured.Metrics, Greedy(8, 1));

        Assert.Equal([1, 2, 2, 2, 1], measured.Of("looplm.tick.distinct_loops").Select(each => each.Value));
        Assert.Equal([4, 8, 8, 8, 4], measured.Of("looplm.tick.rows").Select(each => each.Value));
    }

    [Fact]
    public void Tick_GenerationThatEnds_IsMeasuredOnceByItsMoments()
    {
        using var measured = new Measurements();
        var time = new CountingTime();

        var times = Run(measured.Metrics, Greedy(3, 3), time: time).Times;

        Assert.True(0 < times.AcceptedAt && times.AcceptedAt < times.AdmittedAt && times.AdmittedAt < times.FirstTokenAt);
        Assert.True(times.FirstTokenAt < times.LastTokenAt && times.LastTokenAt < times.EndedAt);
        Assert.Equal([("outcome=length", 1)], measured.Of("looplm.requests"));
        Assert.Equal([("", 3)], measured.Of("looplm.request.prompt_tokens"));
        Assert.Equal([("", 3)], measured.Of("looplm.request.generated_tokens"));
        var decode = times.LastTokenAt - times.FirstTokenAt;
        foreach (var (name, seconds) in ((string, double)[])
            [("duration", times.EndedAt - times.AcceptedAt), ("inference_time", times.EndedAt - times.AdmittedAt),
                ("prefill_time", times.FirstTokenAt - times.AdmittedAt), ("decode_time", decode), ("time_per_output_token", decode / 2.0)])
        {
            Assert.Equal([("", seconds)], measured.Of($"looplm.request.{name}"));
        }
    }

    [Fact]
    public void TrySubmit_PromptBeyondTheContext_IsCountedByItsReason()
    {
        using var measured = new Measurements();
        using var engine = CoreOf(measured.Metrics);

        Assert.False(engine.TrySubmit(Greedy(3, 1_000_000), out _, out _));

        Assert.Equal([("reason=context_exceeded", 1)], measured.Of("looplm.requests.rejected"));
        Assert.Empty(measured.Of("looplm.requests"));
    }

    [Fact]
    public void Observe_AfterWork_TellsLoopsRowsAndTheBound()
    {
        using var measured = new Measurements();
        using var engine = CoreOf(measured.Metrics);
        measured.Metrics.Observe(() => engine.TakeSnapshot(EngineHealth.Ready));
        Assert.True(engine.TrySubmit(Greedy(2, 3, QExit(0, minLoops: 2)), out _, out _));
        Drain(engine);

        measured.Observe();

        // The first token comes out of the prompt, whose first position serves nobody: 4 rows of 12 are not of a generated token.
        Assert.Equal([("", 8)], measured.Of("looplm.loops.run"));
        Assert.Equal([("", 4)], measured.Of("looplm.loops.saved"));
        Assert.Equal(8.0 / 12, Assert.Single(measured.Of("looplm.bound.ratio")).Value, 1e-12);
        Assert.Equal(
            ["phase=prefill loop=1 2", "phase=prefill loop=2 2", "phase=prefill loop=3 2", "phase=prefill loop=4 2",
                "phase=decode loop=1 2", "phase=decode loop=2 2", "phase=decode loop=3 0", "phase=decode loop=4 0"],
            measured.Of("looplm.rows").Select(each => $"{each.Labels} {each.Value}"));
        Assert.Equal(4, measured.Of("looplm.kv.slots.by_loop").Count);
        Assert.Equal([("block_size=16 num_gpu_blocks=64", 1)], measured.Of("looplm.cache.config.info"));
        Assert.Equal("health=ready", Assert.Single(measured.Of("looplm.engine.health"), each => each.Value == 1).Labels);
    }

    private static EngineCore CoreOf(EngineMetrics metrics, ScriptedModel? model = null, TimeProvider? time = null)
    {
        model ??= new ScriptedModel();
        var runner = new ScriptedRunner(
            model, new RunnerCapacity(s_options.MaxRows, s_options.KvSlots, s_options.PositionSlots(model.Description)));
        return new EngineCore(runner, s_options, metrics, drafts: new DraftAfter(0), policies: null, time, logger: null);
    }

    private static Generation Run(EngineMetrics metrics, GenerationRequest request, ScriptedModel? model = null, TimeProvider? time = null)
    {
        using var engine = CoreOf(metrics, model, time);
        Assert.True(engine.TrySubmit(request, out var generation, out var rejection), rejection?.Message.ToString());
        Drain(engine);
        return generation;
    }

    private static void Drain(EngineCore engine)
    {
        for (var ticks = 0; engine.Tick(); ticks++)
        {
            Assert.True(ticks < 1000, "the engine does not come to an end");
        }

        engine.Audit();
    }

    /// <summary>A clock that goes on by a second each time it is asked.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_now;
    }
}
