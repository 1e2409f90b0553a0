using LoopLM.Engine.Configuration;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>A request gets the same tokens and exit steps whatever else the engine does.</summary>
public sealed class BatchInvarianceTests
{
    [Theory]
    [InlineData(KvLayout.LastExited, 0.5f, 1, 4)]
    [InlineData(KvLayout.LastExited, 0.8f, 2, 7)]
    [InlineData(KvLayout.LastExited, 0.5f, 1, 2)]
    [InlineData(KvLayout.LastExited, 1f, 1, 4)]
    [InlineData(KvLayout.Shared, 0.5f, 1, 4)]
    [InlineData(KvLayout.Shared, 0.8f, 2, 7)]
    [InlineData(KvLayout.Shared, 0.5f, 1, 2)]
    [InlineData(KvLayout.Shared, 1f, 1, 4)]
    public void Tick_AdaptiveDecode_EqualsTheDefinition(KvLayout layout, float threshold, int minLoops, int maxLoops)
    {
        using var engine = new EngineHarness();
        var request = Greedy(9, 30, QExit(threshold, minLoops, maxLoops)) with { KvLayout = layout };

        var outcome = engine.Run(request);

        var (tokens, exitSteps) = engine.Model.Decode(
            request.Prompt.Span, 30, layout, (_, loop, cdf) => threshold < 1 && loop >= minLoops && cdf >= threshold, maxLoops);
        Assert.Equal(tokens, outcome.Tokens);
        Assert.Equal(exitSteps, outcome.ExitSteps);
    }

    [Fact]
    public void Tick_TwoLayouts_DifferOnceATokenLeavesEarly()
    {
        using var engine = new EngineHarness();
        var request = Greedy(5, 12, QExit(0.5f));

        var lastExited = engine.Run(request with { KvLayout = KvLayout.LastExited });
        var shared = engine.Run(request with { KvLayout = KvLayout.Shared });

        Assert.Equal(lastExited.Tokens[0], shared.Tokens[0]);
        Assert.NotEqual(lastExited.Tokens, shared.Tokens);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(100, true)]
    [InlineData(1, false)]
    [InlineData(100, false)]
    public void Tick_RandomMix_EqualsEachRequestAlone(int prefillChunk, bool refill)
    {
        var random = new Random(prefillChunk);
        var requests = Enumerable.Range(0, 24).Select(_ => RandomRequest(random)).ToArray();
        var alone = requests.Select(RunAlone).ToArray();
        using var engine = new EngineHarness(new EngineOptions
        {
            KvSlots = 700,
            MaxSequences = 6,
            MaxRows = 20,
            PrefillChunk = prefillChunk,
            Refill = refill,
        });

        var generations = requests.Select(engine.Submit).ToArray();
        engine.Drain();

        foreach (var (expected, generation) in alone.Zip(generations))
        {
            var actual = Outcome.Of(generation);
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expected.ExitSteps, actual.ExitSteps);
            Assert.Equal(Reports(expected), Reports(actual));
        }
    }

    private static IEnumerable<string> Reports(Outcome outcome) => outcome.Events.Select(each =>
        $"{each.Logprobs?.Logprob} {each.Logprobs?.Rank} {string.Join(' ', each.Logprobs?.Top ?? [])} {string.Join(' ', (each.LoopLogprobs ?? []).SelectMany(top => top))}");

    private static Outcome RunAlone(GenerationRequest request)
    {
        using var engine = new EngineHarness();
        return engine.Run(request);
    }

    private static GenerationRequest RandomRequest(Random random) =>
        Greedy(random.Next(1, 30), random.Next(1, 12), QExit(random.Next(5) * 0.25f), random.Next(64)) with
        {
            KvLayout = (KvLayout)random.Next(2),
            Reports = new()
            {
                Logprobs = random.Next(2) == 0 ? 2 : null,
                PromptLogprobs = random.Next(2) == 0 ? 2 : null,
                LoopLogprobs = random.Next(3),
            },
            Sampling = new SamplingSettings
            {
                RepetitionPenalty = random.Next(2) + 1,
                FrequencyPenalty = random.Next(2),
                BadWords = random.Next(2) == 0 ? [[random.Next(64)]] : [],
                Temperature = random.Next(2),
                TopK = random.Next(2) * 5,
                TopP = random.Next(2) == 0 ? 1 : 0.7f,
                MinP = random.Next(2) * 0.1f,
                Seed = random.Next(),
            },
        };
}
