using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

public sealed class AllocationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0.5f, false, 0)]
    [InlineData(1f, false, 0)]
    [InlineData(0.5f, true, 0)]
    [InlineData(1f, false, 1)]
    [InlineData(1f, true, 1)]
    public void Tick_WarmDecode_AllocatesNothing(float threshold, bool constrained, int draftLoop)
    {
        var options = new EngineOptions { KvSlots = 80_000, MaxSequences = 8, MaxRows = 40 };
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(
            new EvenRunner(), options, metrics, new DraftAfter(draftLoop), policies: null, time: null, logger: null);
        var generations = new Generation[8];
        for (var i = 0; i < generations.Length; i++)
        {
            Assert.True(
                engine.TrySubmit(
                    Greedy(4, 2000, QExit(threshold)) with { Constraint = constrained ? maxRewind => new HashedTokens(maxRewind) : null },
                    out generations[i]!, out _));
        }

        Run(engine, generations, 900);
        var measured = 0;
        for (var window = 0; window < 20; window++)
        {
            var (collections, before) = (GC.CollectionCount(0), GC.GetAllocatedBytesForCurrentThread());
            Run(engine, generations, 50);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            // A collection, which any test can bring about, counts what this thread had in reserve as allocated.
            if (GC.CollectionCount(0) == collections)
            {
                Assert.Equal(0, allocated);
                measured++;
            }
        }

        Assert.False(engine.IsIdle);
        Assert.True(measured > 0, "a collection fell into every window");
        engine.CancelAll();
        engine.Audit();
    }

    private static void Run(EngineCore engine, Generation[] generations, int ticks)
    {
        for (var i = 0; i < ticks; i++)
        {
            _ = engine.Tick() || engine.WaitForMask(s_patience);
            foreach (var generation in generations)
            {
                while (generation.Events.TryRead(out _))
                {
                }
            }
        }
    }

    /// <summary>Answers everything with zeros and allocates nothing.</summary>
    private sealed class EvenRunner : IModelRunner
    {
        public string Name => "even";

        public ModelDescription Model { get; } = new ScriptedModel().Description;

        public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
        {
            gateLogits.Clear();
            stateChanges.Clear();
        }

        public void RunHead(LoopBatch rows, Span<float> logits) => logits.Clear();

        public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => states.Clear();

        public void Release(int sequence)
        {
        }

        public void Dispose()
        {
        }
    }
}
