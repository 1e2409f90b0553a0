using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;
using LoopLM.Torch.Ouro;
using LoopLM.Torch.Runners;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Runners;

public sealed class TorchModelRunnerTests : IDisposable
{
    private const string Fixture = "ouro-tiny-gqa";
    private const float SameNumbers = 1e-5f;

    private static readonly RunnerCapacity s_capacity = new(Rows: 40, KvSlots: 600);
    private static readonly int[] s_prompt = [.. Enumerable.Range(0, 20).Select(i => (i * 37) % 200)];

    private readonly Golden _golden = new(Fixture);

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void RunLoop_WholePrompt_EqualsTheModelAtEveryLoop()
    {
        using var model = new OuroModel(_golden.Config);
        model.Load(_golden.Checkpoint);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var expected = model.forward(tensor(s_prompt, ScalarType.Int64).unsqueeze(0));
        using var runner = Open();

        for (var loop = 1; loop <= expected.Count; loop++)
        {
            var gates = new float[s_prompt.Length];
            runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, loop)), gates, []);

            var output = expected[loop - 1];
            Golden.AssertClose(output.GateLogits.data<float>().ToArray(), gates, SameNumbers);
            Golden.AssertClose(output.Hidden.data<float>().ToArray(), States(runner, 0, s_prompt.Length), SameNumbers);
            Golden.AssertClose(output.Logits.data<float>().ToArray(), Logits(runner, 0, s_prompt.Length), SameNumbers);
        }
    }

    [Fact]
    public void RunLoop_ChunksThenSinglesOfManyLengthsTogether_EqualEachAlone()
    {
        int[][] sequences = [s_prompt, s_prompt[..3], s_prompt[7..13], s_prompt[..2]];
        using var runner = Open();
        using var alone = Open();

        Assert.All(new Range[] { ..^1, ^1.. }, part =>
        {
            runner.RunLoop(TestBatch.Of([.. Enumerable.Range(0, sequences.Length).SelectMany(i => Rows(i)[part])]), [], []);
            for (var i = 0; i < sequences.Length; i++)
            {
                alone.RunLoop(TestBatch.Of(Rows(i)[part]), [], []);
                var (first, count) = part.GetOffsetAndLength(sequences[i].Length);
                Golden.AssertClose(States(alone, Place(i) + first, count), States(runner, Place(i) + first, count), SameNumbers);
            }
        });

        (LoopRow, ReadOnlyMemory<int>)[] Rows(int i) =>
            Chunks.Of(sequences[i], loop: 1, sequence: i, firstSlot: 150 * i, firstRowSlot: Place(i));
        int Place(int i) => sequences[..i].Sum(other => other.Length);
    }

    [Fact]
    public void RunLoop_SlotsAndRowSlotsOfAnEndedSequence_LeaveNoTrace()
    {
        using var used = Open();
        using var fresh = Open();
        int[] other = [.. Enumerable.Range(0, 40).Select(i => 199 - i)];
        for (var loop = 1; loop <= 6; loop++)
        {
            used.RunLoop(TestBatch.Of(Chunks.Of(other, loop)), [], []);
        }

        used.Release(0);
        for (var loop = 1; loop <= 3; loop++)
        {
            used.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, loop)), [], []);
            fresh.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, loop)), [], []);
        }

        Assert.Equal(Logits(fresh, 0, s_prompt.Length), Logits(used, 0, s_prompt.Length));
    }

    [Fact]
    public void RunLoop_StateChangesAskedFor_AreRelativeAndInfiniteAtLoopOne()
    {
        using var runner = Open();
        var (changes, size) = (new float[s_prompt.Length], _golden.Config.HiddenSize);
        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], changes);
        Assert.All(changes, change => Assert.Equal(float.PositiveInfinity, change));
        var before = States(runner, 0, s_prompt.Length);

        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 2)), [], changes);

        var after = States(runner, 0, s_prompt.Length);
        var expected = Enumerable.Range(0, s_prompt.Length).Select(row => (float)(
            Norm(after.Zip(before, (to, from) => to - from), row) / Norm(after, row)));
        Golden.AssertClose(expected.ToArray(), changes, SameNumbers);

        double Norm(IEnumerable<float> states, int row) =>
            Math.Sqrt(states.Skip(row * size).Take(size).Sum(value => (double)value * value));
    }

    [Fact]
    public void RunLoop_StatesOfZero_HaveNotChanged()
    {
        using var altered = new AlteredCheckpoint(Fixture, ElementType.Float32, (name, number) => name == "model.norm.weight" ? 0 : number);
        using var runner = Open(altered.Checkpoint);
        var changes = new float[s_prompt.Length];

        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], []);
        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 2)), [], changes);

        Assert.All(changes, change => Assert.Equal(0, change));
    }

    [Fact]
    public void RunLoop_WeightsOfNaN_GivesNaN()
    {
        using var altered = new AlteredCheckpoint(Fixture, ElementType.Float32, (name, number) =>
            name == "model.norm.weight" ? float.NaN : number);
        using var runner = Open(altered.Checkpoint);
        var (gates, changes) = (new float[s_prompt.Length], new float[s_prompt.Length]);

        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], []);
        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 2)), gates, changes);

        Assert.All((float[])[.. gates, .. changes], number => Assert.Equal(float.NaN, number));
    }

    [Theory]
    [InlineData("row slot", 40, 0, 1, 0, 0, 0)]
    [InlineData("negative row slot", -1, 0, 1, 0, 0, 0)]
    [InlineData("position", 0, 1 << 20, 1, 0, 0, 0)]
    [InlineData("loop", 0, 0, 0, 0, 0, 0)]
    [InlineData("KV slot", 0, 0, 1, 600, 0, 0)]
    [InlineData("token", 0, 0, 1, 0, 211, 0)]
    [InlineData("negative token", 0, 0, 1, 0, -1, 0)]
    [InlineData("visible slot", 0, 0, 1, 0, 0, 600)]
    public void RunLoop_NumberOutOfRange_IsRefusedAndNothingLeaks(
        string what, int rowSlot, int position, int loop, int kvSlot, int token, int visible)
    {
        using var runner = Open();
        var live = LiveTensors();

        var exception = Record.Exception(() =>
            runner.RunLoop(TestBatch.Of((new LoopRow(rowSlot, 0, position, loop, kvSlot, token), new[] { visible })), [], []));

        Assert.True(exception is ArgumentOutOfRangeException, $"{what}: {exception}");
        Assert.Equal(live, LiveTensors());
        runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], []);
    }

    [Fact]
    public void RunHead_RowSlotOutOfRange_IsRefused()
    {
        using var runner = Open();

        Assert.Throws<ArgumentOutOfRangeException>(() =>
            runner.RunHead(TestBatch.ForHead(s_capacity.Rows), new float[_golden.Config.VocabularySize]));
    }

    [Fact]
    public void RunLoop_BFloat16_StaysClose()
    {
        using var wide = Open();
        using var narrow = new TorchModelRunner(
            _golden.Checkpoint, s_capacity, new TorchRunnerOptions { DataType = ElementType.BFloat16, Threads = 1 });
        foreach (var runner in (TorchModelRunner[])[wide, narrow])
        {
            runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], []);
            runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 2)), [], []);
        }

        var (expected, actual) = (States(wide, 0, s_prompt.Length), States(narrow, 0, s_prompt.Length));
        var error = Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));
        Assert.InRange(error, 1e-5, 0.05);
    }

    [Fact]
    public void Tick_EngineDrained_LeavesTheLiveTensorsAsTheyWere()
    {
        var options = new EngineOptions { MaxRows = s_capacity.Rows, MaxSequences = 4, KvSlots = s_capacity.KvSlots, PrefillChunk = 8 };
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(Open(), options, metrics);
        var before = LiveTensors();
        string[] policies = ["q-exit", "hidden-delta", "act", "fixed", "q-exit", "act"];
        var generations = policies.Select((policy, i) =>
        {
            var request = new GenerationRequest
            {
                Prompt = s_prompt.AsMemory(i),
                MaxTokens = 6,
                KvLayout = (KvLayout)(i % 2),
                Exit = new ExitSettings { Policy = policy, Threshold = 0.5f },
                Reports = new() { Gates = i == 3 },
            };
            Assert.True(engine.TrySubmit(request, out var generation, out var rejection), rejection?.Message.ToString());
            return generation;
        }).ToArray();
        generations[4].Cancel();

        for (var ticks = 0; engine.Tick(); ticks++)
        {
            Assert.True(ticks < 1000, "the engine does not come to an end");
        }

        engine.Audit();
        Assert.True(engine.IsIdle);
        Assert.Equal(before, LiveTensors());
        Assert.Equal(7, generations[0].Events.Count);
    }

    [Fact]
    public void Dispose_Used_LeavesNoLiveTensor()
    {
        var before = LiveTensors();
        using (var runner = Open())
        {
            runner.RunLoop(TestBatch.Of(Chunks.Of(s_prompt, 1)), [], []);
        }

        Assert.Equal(before, LiveTensors());
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private static float[] States(TorchModelRunner runner, int firstRowSlot, int count)
    {
        var states = new float[count * runner.Model.HiddenSize];
        runner.ReadStates([.. Enumerable.Range(firstRowSlot, count)], states);
        return states;
    }

    private static float[] Logits(TorchModelRunner runner, int firstRowSlot, int count)
    {
        var logits = new float[count * runner.Model.VocabularySize];
        runner.RunHead(TestBatch.ForHead(Enumerable.Range(firstRowSlot, count)), logits);
        return logits;
    }

    private TorchModelRunner Open(Checkpoint? checkpoint = null) =>
        new(checkpoint ?? _golden.Checkpoint, s_capacity, new TorchRunnerOptions { Threads = 1 });
}
