using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;
using LoopLM.Engine.Runners;
using LoopLM.Testing;
using Microsoft.Extensions.Logging;

namespace LoopLM.Cpu.Tests.Runners;

public sealed class CpuModelRunnerTests : IDisposable
{
    private const int Rows = 12;

    private readonly Checkpoint _checkpoint = Checkpoint.Open(TestData.Fixture("ouro-tiny-gqa"));

    public static TheoryData<InstructionSet> Sets => [.. InstructionSets.Available];

    public void Dispose() => _checkpoint.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public void RunLoop_AnyInstructionSet_EqualsTheBestWithinRounding(InstructionSet instructions)
    {
        var expected = States(new CpuRunnerOptions { Weights = WeightType.Float32 });

        var actual = States(new CpuRunnerOptions { Weights = WeightType.Float32, Instructions = instructions });

        Assert.Equal(expected, actual, (left, right) => Math.Abs(left - right) < 1e-4f);
    }

    [Fact]
    public void MemoryOf_OtherSettings_CountsWhatTheyTake()
    {
        var (capacity, options) =
            (new RunnerCapacity(Rows, 64), new CpuRunnerOptions { Weights = WeightType.Int8, Kv = KvType.BFloat16, Threads = 1 });
        var memory = CpuModelRunner.MemoryOf(_checkpoint, capacity, options);

        var moreSlots = CpuModelRunner.MemoryOf(_checkpoint, capacity with { KvSlots = 128 }, options);
        var moreRows = CpuModelRunner.MemoryOf(_checkpoint, capacity with { Rows = 10 * Rows }, options);
        var floats = CpuModelRunner.MemoryOf(_checkpoint, capacity, options with { Weights = WeightType.Float32 });

        Assert.Equal(2 * memory.KeysAndValues, moreSlots.KeysAndValues);
        Assert.InRange(moreRows.Rows, 5 * memory.Rows, 10 * memory.Rows);
        Assert.InRange(memory.Weights, 1, floats.Weights + floats.Mapped);
        Assert.Equal(memory.KeysAndValues + memory.Weights + memory.Rows, memory.Reserved);
    }

    [Theory]
    [InlineData(WeightType.BFloat16, KvType.Float32, 0.1f)]
    [InlineData(WeightType.Float32, KvType.BFloat16, 0.1f)]
    [InlineData(WeightType.Int8, KvType.Float32, 0.5f)]
    public void RunLoop_NarrowerType_DiffersByItsRoundingOnly(WeightType weights, KvType kv, float rounding)
    {
        var expected = States(new CpuRunnerOptions { Weights = WeightType.Float32 });

        var actual = States(new CpuRunnerOptions { Weights = weights, Kv = kv });

        Assert.NotEqual(expected, actual);
        Assert.Equal(expected, actual, (left, right) => Math.Abs(left - right) < rounding);
    }

    [Fact]
    public void RunLoop_SecondLoop_ReportsTheRelativeChangeOfTheState()
    {
        using var runner = Open(new CpuRunnerOptions());
        var (before, after, changes) =
            (new float[Rows * runner.Model.HiddenSize], new float[Rows * runner.Model.HiddenSize], new float[Rows]);
        var slots = Enumerable.Range(0, Rows).ToArray();

        runner.RunLoop(new ChunkBatch(0, Rows, 1).Batch, [], changes);
        Assert.All(changes, change => Assert.Equal(float.PositiveInfinity, change));
        runner.ReadStates(slots, before);
        runner.RunLoop(new ChunkBatch(0, Rows, 2).Batch, [], changes);
        runner.ReadStates(slots, after);

        var expected = before.Zip(after).Chunk(runner.Model.HiddenSize)
            .Select(
                state => Math.Sqrt(state.Sum(pair => Math.Pow(pair.Second - pair.First, 2)) / state.Sum(pair => Math.Pow(pair.Second, 2))));
        Assert.Equal(expected, changes.Select(change => (double)change), (left, right) => Math.Abs(left - right) < 1e-5);
    }

    [Fact]
    public void RunLoop_StateThatIsZeroTwice_ReportsNoChange()
    {
        using var odd = new OddCheckpoint(zeroTensor: "model.norm.weight");
        using var runner = new CpuModelRunner(odd.Checkpoint, new RunnerCapacity(64, 64), new CpuRunnerOptions());
        var changes = new float[2];
        runner.RunLoop(new ChunkBatch(0, 2, 1).Batch, [], changes);

        runner.RunLoop(new ChunkBatch(0, 2, 2).Batch, [], changes);

        Assert.Equal([0, 0], changes);
    }

    [Fact]
    public void RunLoop_NaNInOneSequence_LeavesOthersAndTheNextOwnerOfItsSlotsAlone()
    {
        const int Poisoned = 60;
        using var odd = new OddCheckpoint(Poisoned);
        using var runner = new CpuModelRunner(odd.Checkpoint, new RunnerCapacity(64, 64), new CpuRunnerOptions());
        ChunkBatch healthy = new(0, 5, 1), other = new(5, 6, 1),
            sick = new(5, 6, 1, row => row.Position == 2 ? row with { Token = Poisoned } : row);
        var (expected, expectedOther) = (Run(runner, healthy), Run(runner, other));

        runner.RunLoop(TestBatch.Of([.. sick.Rows, .. healthy.Rows]), [], []);
        var (besides, ill) = (Read(runner, healthy), Read(runner, sick));
        var after = Run(runner, other);

        Assert.Equal(expected, besides);
        Assert.Equal(4, ill.Chunk(runner.Model.HiddenSize).Count(state => state.All(float.IsNaN)));
        Assert.Equal(expectedOther, after);
    }

    [Fact]
    public void RunLoopAndRunHead_Warm_AllocateNothing()
    {
        using var runner = Open(new CpuRunnerOptions());
        var batch = new ChunkBatch(0, 3, 1).Batch;
        var (gates, changes, logits) = (new float[3], new float[3], new float[3 * runner.Model.VocabularySize]);
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            runner.RunLoop(batch, gates, changes);
            runner.RunHead(batch, logits);
        }
    }

    [Fact]
    public void RunLoop_VisibleSlotBeyondThePool_IsRefused()
    {
        using var runner = Open(new CpuRunnerOptions());
        var batch = new ChunkBatch(0, 4, 1);
        batch.Slots[2] = -1;

        Assert.Throws<ArgumentOutOfRangeException>(() => runner.RunLoop(batch.Batch, [], []));
    }

    [Fact]
    public void Open_MoreKvThanMemory_IsRefusedAndSaysWhatToChange()
    {
        var exception = Assert.Throws<ArgumentException>(() =>
            new CpuModelRunner(_checkpoint, new RunnerCapacity(1, int.MaxValue), new CpuRunnerOptions()));

        Assert.Contains("Request fewer slots, for keys and values in bfloat16.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightType.Float32, KvType.Float32)]
    [InlineData(WeightType.BFloat16, KvType.Float32)]
    [InlineData(WeightType.Int8, KvType.BFloat16)]
    [InlineData(WeightType.Int4, KvType.BFloat16)]
    public void Open_KvLeftOpen_RoundsThemOnlyWhereWeightsArePacked(WeightType weights, KvType expected)
    {
        var logger = new RecordingLogger();

        using var runner = Open(new CpuRunnerOptions { Weights = weights, Logger = logger });

        Assert.EndsWith($"keys and values {expected}", logger.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Open_QuantisingWeights_LogsWhatItUsesAndItsProgress()
    {
        var logger = new RecordingLogger();

        using var runner = Open(new CpuRunnerOptions { Weights = WeightType.Int8, Kv = KvType.BFloat16, Threads = 2, Logger = logger });

        Assert.Equal(2, logger.Messages.Count);
        Assert.All(
            [VectorKernels.Best.ToString(), "2 threads", "Int8", "BFloat16"],
            used => Assert.Contains(used, logger.Messages[0], StringComparison.Ordinal));
        Assert.Contains("0 of 2 layers", logger.Messages[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoThreads_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Open(new CpuRunnerOptions { Threads = 0 }));

    private CpuModelRunner Open(CpuRunnerOptions options) => new(_checkpoint, new RunnerCapacity(64, 64), options);

    private float[] States(CpuRunnerOptions options)
    {
        using var runner = Open(options);
        Run(runner, new ChunkBatch(0, Rows, 1));
        return Run(runner, new ChunkBatch(0, Rows, 2));
    }

    private static float[] Run(CpuModelRunner runner, ChunkBatch batch)
    {
        runner.RunLoop(batch.Batch, [], []);
        return Read(runner, batch);
    }

    private static float[] Read(CpuModelRunner runner, ChunkBatch batch)
    {
        var states = new float[batch.Slots.Length * runner.Model.HiddenSize];
        runner.ReadStates(batch.Slots, states);
        return states;
    }

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception));
    }
}
