using LoopLM.Engine.Depth;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Tests.Depth;
using LoopLM.Engine.Tests.Sampling;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Seeded random operations on the whole engine, audited after every one.</summary>
public sealed class RandomOperationsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Tick_RandomSubmitsCancelsAndFaults_EveryRequestEndsOnceAndNothingLeaks(int seed)
    {
        var random = new Random(seed);
        using var engine = new EngineHarness(new EngineOptions
        {
            KvSlots = 150 + random.Next(150),
            MaxSequences = 1 + random.Next(6),
            MaxRows = 6 + random.Next(20),
            PrefillChunk = 1 + random.Next(8),
            MaxQueuedRequests = 12,
            Refill = random.Next(4) > 0,
        },
        new ScriptedModel { GateLogit = (position, loop, state) => state % 101 == 0 ? float.NaN : (state % 9) - 4f },
        ThrowingPolicy.WithOthers);
        var generations = new List<Generation>();

        for (var round = 0; round < 1500; round++)
        {
            switch (random.Next(40))
            {
                case < 12:
                    var request = Greedy(random.Next(1, 25), random.Next(1, 10), RandomExit(random), random.Next(64))
                        with
                    {
                        KvLayout = (KvLayout)random.Next(2),
                        Constraint = random.Next(3) == 0 ? new HashedTokens() : null,
                        StopTokens = [random.Next(64)],
                        ReportGates = random.Next(2) == 0,
                        Sampling = RandomSampling(random),
                        Logprobs = random.Next(3) == 0 ? random.Next(4) : null,
                        PromptLogprobs = random.Next(4) == 0 ? random.Next(4) : null,
                        LoopLogprobs = random.Next(3),
                        SkippedLoopLogprobs = random.Next(3) == 0,
                    };
                    if (engine.Core.TrySubmit(request, out var generation, out _))
                    {
                        generations.Add(generation);
                    }

                    break;
                case 12 when generations.Count > 0:
                    generations[random.Next(generations.Count)].Cancel();
                    break;
                case 13:
                    engine.Runner.BeforeLoop = _ => throw new InvalidOperationException("kernel");
                    engine.Tick();
                    engine.Runner.BeforeLoop = null;
                    break;
                case 14:
                    engine.Runner.BeforeHead = () => throw new InvalidOperationException("kernel");
                    engine.Tick();
                    engine.Runner.BeforeHead = null;
                    break;
                default:
                    engine.TickOrWait();
                    engine.Core.Audit();
                    break;
            }
        }

        engine.Drain();

        Assert.True(generations.Count > 100);
        Assert.All(generations, generation => Outcome.Of(generation));
    }

    private static SamplingSettings RandomSampling(Random random) => new()
    {
        Temperature = random.Next(2),
        AllowedTokens = random.Next(4) == 0 ? [random.Next(64), random.Next(64)] : null,
        BadWords = random.Next(4) == 0 ? [[random.Next(64)], [random.Next(64), random.Next(64)]] : [],
        LogitBias = random.Next(4) == 0 ? new Dictionary<int, float> { [random.Next(64)] = random.Next(-100, 100) } : SamplingSettings.Greedy.LogitBias,
        RepetitionPenalty = random.Next(3) == 0 ? 1.5f : 1,
        FrequencyPenalty = random.Next(3) - 1,
    };

    private static ExitSettings RandomExit(Random random) => new()
    {
        Policy = random.Next(12) switch { 0 => "throwing", 1 or 2 => "act", 3 or 4 => "hidden-delta", _ => "q-exit" },
        Threshold = random.Next(5) * 0.25f,
        MaxLoops = random.Next(1, 9),
    };
}
