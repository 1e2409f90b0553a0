using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>What a request gets is the same to the bit alone and in any batch, chunk size, refill mode and number of threads.</summary>
public sealed class BatchInvarianceTests
{
    private const int Requests = 12;
    private const int Mixes = 4;
    private const int MaxTicks = 20_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, WeightType, KvType, InstructionSet> Cases =>
    [
        .. from model in new[] { "tests/fixtures/ouro-tiny-gqa", "tests/fixtures/ouro-tiny-mha", "models/looplm-bytes" }
           from weights in new[] { WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4 }
           from instructions in InstructionSets.Available
           let kv = (KvType)(((int)weights + (int)instructions) % 2)
           select new TheoryDataRow<string, WeightType, KvType, InstructionSet>(model, weights, kv, instructions),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tick_RandomMix_EqualsEachRequestAloneToTheBit(string model, WeightType weights, KvType kv, InstructionSet instructions)
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(TestData.Root, model));
        AssertInvariant(checkpoint, weights, kv, instructions);
    }

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int4)]
    public void Tick_RandomMixOnModelOfOddSizes_EqualsEachRequestAloneToTheBit(WeightType weights)
    {
        using var odd = new OddCheckpoint();
        AssertInvariant(odd.Checkpoint, weights, KvType.Float32, VectorKernels.Best);
    }

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int4)]
    public void Tick_RandomMixWithDraftsAndCachedPrefixes_EqualsEachRequestAloneToTheBit(WeightType weights)
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(TestData.Root, "models/looplm-bytes"));
        var random = new Random(7 + (int)weights);
        var requests = Enumerable.Range(0, Requests)
            .Select(index => CreateRequest(random, index, checkpoint.Config.VocabularySize)).ToArray();
        var options = new CpuRunnerOptions { Weights = weights, Threads = 1 };
        var single = new EngineOptions { KvSlots = 800, MaxSequences = 1, PrefixCache = PrefixCacheMode.Off };
        var alone = requests.Select(request => Run(checkpoint, options, single, [request])[0]).ToArray();
        for (var mix = 0; mix < Mixes; mix++)
        {
            // Every request comes twice, so that the second finds its prompt.
            GenerationRequest[] ahead =
                [.. requests.Concat(requests).Select(request => request with { Speculation = NextSpeculation(random) })];
            var engineOptions = new EngineOptions
            {
                KvSlots = 6000,
                MaxSequences = 5,
                MaxRows = random.Next(20, 60),
                PrefillChunk = random.Next(1, 40),
            };

            var (mixed, cached, accepted) = RunAhead(checkpoint, options with { Threads = random.Next(1, 4) }, engineOptions, ahead);

            Assert.All(alone.Concat(alone).Zip(mixed), pair => pair.First.AssertSameTokens(pair.Second));
            Assert.True(cached > 0 && accepted > 0, $"{cached} cached prompt tokens, {accepted} drafts that were right");
        }
    }

    private static SpeculationSettings NextSpeculation(Random random) => random.Next(3) == 0
        ? new() { Strategy = SpeculationStrategy.Adaptive }
        : new() { Strategy = SpeculationStrategy.Fixed, DraftLoops = random.Next(1, 4) };

    private static void AssertInvariant(Checkpoint checkpoint, WeightType weights, KvType kv, InstructionSet instructions)
    {
        var random = new Random(checkpoint.Config.HiddenSize + (int)weights + (int)instructions);
        var requests = Enumerable.Range(0, Requests)
            .Select(index => CreateRequest(random, index, checkpoint.Config.VocabularySize)).ToArray();
        var options = new CpuRunnerOptions { Weights = weights, Kv = kv, Threads = 1, Instructions = instructions };
        var alone = requests.Select(request =>
            Run(checkpoint, options, new EngineOptions { KvSlots = 800, MaxSequences = 1 }, [request])[0]).ToArray();
        foreach (var (request, outcome) in requests.Zip(alone).Where(pair => pair.First.Reports.SkippedLoopLogprobs))
        {
            var plain = request with { Reports = new() { Gates = true, Logprobs = 2 } };
            Run(checkpoint, options, new EngineOptions { KvSlots = 800, MaxSequences = 1 }, [plain])[0].AssertSameTokens(outcome);
        }

        for (var mix = 0; mix < Mixes; mix++)
        {
            var engineOptions = new EngineOptions
            {
                KvSlots = 1600,
                MaxSequences = random.Next(2, 10),
                MaxRows = random.Next(10, 60),
                PrefillChunk = random.Next(1, 40),
                Refill = random.Next(2) == 0,
            };

            var mixed = Run(checkpoint, options with { Threads = random.Next(1, 4) }, engineOptions, requests);

            Assert.All(alone.Zip(mixed), pair => pair.First.AssertEqual(pair.Second));
        }
    }

    /// <summary>A request whose first token is its index, by which its rows are separated.</summary>
    private static GenerationRequest CreateRequest(Random random, int index, int vocabulary) => new()
    {
        Prompt = Enumerable.Range(0, random.Next(1, 90)).Select(i => i == 0 ? index : random.Next(vocabulary)).ToArray(),
        MaxTokens = random.Next(1, 12),
        KvLayout = (KvLayout)random.Next(2),
        Speculation = new() { Strategy = SpeculationStrategy.Off },
        Reports = new() { Gates = true, Logprobs = 2, LoopLogprobs = index % 3 == 0 ? 1 : 0, SkippedLoopLogprobs = index % 3 == 0 },
        Exit = random.Next(3) switch
        {
            0 => new ExitSettings { Policy = "hidden-delta", Threshold = 0.2f },
            1 => new ExitSettings { Policy = "q-exit", Threshold = random.Next(5) * 0.25f, MaxLoops = 6 },
            _ => new ExitSettings { Policy = "fixed", MaxLoops = random.Next(1, 7) },
        },
        MinTokens = index % 2,
        StopTokens = [.. Enumerable.Range(0, 8).Select(_ => random.Next(vocabulary))],
        Sampling = new SamplingSettings
        {
            Temperature = random.Next(2),
            Seed = random.Next(),
            RepetitionPenalty = 1 + (0.5f * (index % 2)),
            FrequencyPenalty = index % 3,
            BadWords = index % 4 == 0 ? [[random.Next(vocabulary)], [random.Next(vocabulary), random.Next(vocabulary)]] : [],
        },
        Constraint = index % 3 == 1 ? maxRewind => new HashedTokens(maxRewind) : null,
    };

    private static Outcome[] Run(Checkpoint checkpoint, CpuRunnerOptions options, EngineOptions engineOptions, GenerationRequest[] requests)
    {
        var recorder = new RecordingRunner(
            new CpuModelRunner(checkpoint, new RunnerCapacity(engineOptions.MaxRows, engineOptions.KvSlots), options));
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(recorder, engineOptions, metrics);
        var generations = Drain(engine, requests);
        return [.. requests.Zip(generations, (request, generation) => Outcome.Of(generation, recorder.Logits[request.Prompt.Span[0]]))];
    }

    private static (Outcome[] Outcomes, long CachedTokens, long AcceptedDrafts) RunAhead(
        Checkpoint checkpoint, CpuRunnerOptions options, EngineOptions engineOptions, GenerationRequest[] requests)
    {
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(
            new CpuModelRunner(checkpoint, new RunnerCapacity(engineOptions.MaxRows, engineOptions.KvSlots), options),
            engineOptions, metrics);
        Outcome[] outcomes = [.. Drain(engine, requests).Select(generation => Outcome.Of(generation, []))];
        return (outcomes, outcomes.Sum(outcome => outcome.CachedTokens), engine.TakeSnapshot(EngineHealth.Ready).AcceptedDraftTokens);
    }

    private static Generation[] Drain(EngineCore engine, GenerationRequest[] requests)
    {
        var generations = requests.Select(request =>
        {
            Assert.True(engine.TrySubmit(request, out var generation, out var rejection), rejection?.Message.ToString());
            return generation;
        }).ToArray();
        for (var ticks = 0; engine.Tick() || engine.WaitForMask(s_patience); ticks++)
        {
            Assert.True(ticks < MaxTicks, "the engine does not come to an end");
        }

        engine.Audit();
        return generations;
    }

    /// <summary>Everything that a request brought, numbers as their bits.</summary>
    private sealed record Outcome(int[] Tokens, int[] ExitSteps, int[] GateProbabilities, int[] Logprobs, int[] Logits, int CachedTokens)
    {
        public static Outcome Of(Generation generation, IEnumerable<float[]> logits)
        {
            var events = new List<GenerationEvent>();
            while (generation.Events.TryRead(out var next))
            {
                events.Add(next);
            }

            Assert.Equal(GenerationEventKind.Finished, events[^1].Kind);
            var tokens = events[..^1];
            return new(
                [.. tokens.Select(next => next.Token)],
                [.. tokens.Select(next => next.ExitStep)],
                [.. tokens.SelectMany(next => next.Gates.ToArray()).Select(BitConverter.SingleToInt32Bits)],
                [.. tokens.SelectMany(next => next.Logprobs!.Top.Select(each => each.Logprob)).Select(BitConverter.SingleToInt32Bits)],
                [.. logits.SelectMany(row => row).Select(BitConverter.SingleToInt32Bits)],
                events[^1].CachedPromptTokens);
        }

        public void AssertEqual(Outcome other)
        {
            AssertSameTokens(other);
            Assert.Equal(Logits, other.Logits);
        }

        public void AssertSameTokens(Outcome other)
        {
            Assert.Equal(Tokens, other.Tokens);
            Assert.Equal(ExitSteps, other.ExitSteps);
            Assert.Equal(GateProbabilities, other.GateProbabilities);
            Assert.Equal(Logprobs, other.Logprobs);
        }
    }
}
