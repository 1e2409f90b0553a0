using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Sampling;

/// <summary>What each logit processor does to a row of logits, and in which order they come.</summary>
public sealed class LogitsProcessorTests
{
    private const float Never = float.NegativeInfinity;

    [Fact]
    public void Process_AllowedTokens_KeepsThemAlone() =>
        Assert.Equal([Never, 2, Never, 4], Processed(new AllowedTokens([3, 1, 3])));

    [Fact]
    public void Process_AllowedTokenAtTheBeginning_ForbidsAllBehind() =>
        Assert.Equal([1, Never, Never, Never], Processed(new AllowedTokens([0])));

    [Fact]
    public void Process_BadWordOfOneToken_IsForbiddenFromTheStart() =>
        Assert.Equal([1, Never, 3, 4], Processed(new BadWords([[1]])));

    [Fact]
    public void Process_BadWordOfSeveralTokens_IsForbiddenWhereTheOutputEndsWithItsBeginning()
    {
        var processor = new BadWords([[0, 1, 2], [3]]);

        Assert.Equal([1, 2, 3, Never], Processed(processor, 1, 0));
        Assert.Equal([1, 2, Never, Never], Processed(processor, 1));
        Assert.Equal([1, 2, 3, Never], Processed(processor, 1));
    }

    [Fact]
    public void Process_MinTokens_ForbidsStopTokensUntilThereAreEnough()
    {
        var processor = new MinTokens([0, 2], 2);

        Assert.Equal([Never, 2, Never, 4], Processed(processor, 1));
        Assert.Equal([1, 2, 3, 4], Processed(processor, 1));
    }

    [Fact]
    public void Process_LogitBias_IsAdded() =>
        Assert.Equal([1, -98, 3, 9], Processed(new LogitBias(new Dictionary<int, float> { [1] = -100, [3] = 5 })));

    [Fact]
    public void Process_RepetitionPenalty_HitsPromptAndOutputOnce()
    {
        var processor = Penalise(new SamplingSettings { RepetitionPenalty = 2 }, prompt: [0, 0]);

        Assert.Equal([0.5f, 2, 3, 2], Processed(processor, 3, 3));
    }

    [Fact]
    public void Process_RepetitionPenaltyOfANegativeLogit_MovesItDown()
    {
        var logits = new[] { -3f, 1 };
        Penalise(new SamplingSettings { RepetitionPenalty = 2 }, prompt: [0]).Process(logits, drafts: 0);

        Assert.Equal([-6, 1], logits);
    }

    [Fact]
    public void Process_FrequencyPenalty_CountsTheOutputAlone() =>
        Assert.Equal([1, 2, 3, 3], Processed(Penalise(new SamplingSettings { FrequencyPenalty = 0.5f }, prompt: [0]), 3, 3));

    [Fact]
    public void Process_PresencePenalty_CountsOnce() =>
        Assert.Equal([1, 2, 3, 3.5f], Processed(Penalise(new SamplingSettings { PresencePenalty = 0.5f }, prompt: [0]), 3, 3));

    [Fact]
    public void Process_AllPenalties_RepeatFirstAndCountNoPrompt() =>
        Assert.Equal(
            [0.5f, 2, 3, 0.75f],
            Processed(
                Penalise(
                    new SamplingSettings { RepetitionPenalty = 2, FrequencyPenalty = 0.5f, PresencePenalty = 0.25f }, prompt: [0]), 3, 3));

    [Fact]
    public void For_PlainRequest_IsEmpty() => Assert.Empty(LogitsProcessors.For(TestRequests.Greedy(3, 3) with { StopTokens = [1] }));

    [Fact]
    public void For_Everything_ComesInTheOrderOfApplication()
    {
        var request = TestRequests.Greedy(3, 3) with
        {
            MinTokens = 1,
            StopTokens = [1],
            Sampling = new SamplingSettings
            {
                AllowedTokens = [1],
                BadWords = [[1]],
                LogitBias = new Dictionary<int, float> { [1] = 1 },
                PresencePenalty = 1,
            },
        };

        Assert.Equal(
            [typeof(AllowedTokens), typeof(BadWords), typeof(MinTokens), typeof(LogitBias), typeof(Penalties)],
            LogitsProcessors.For(request).Select(processor => processor.GetType()));
    }

    private static Penalties Penalise(SamplingSettings settings, params int[] prompt) => new Penalties(settings, prompt);

    /// <summary>
    /// The logits 1, 2, 3, 4 after a processor that has accepted some tokens. They are the same where drafts come after these tokens, where
    /// they are taken back, and where the last token was a draft first.
    /// </summary>
    private static float[] Processed(ILogitsProcessor processor, params int[] accepted)
    {
        Array.ForEach(accepted, processor.Accept);
        var plain = Process(processor, drafts: 0);
        Array.ForEach([3, 0, 3], processor.Accept);
        var beforeDrafts = Process(processor, drafts: 3);
        processor.Rewind(3);
        var rewound = Process(processor, drafts: 0);

        Assert.Equal(plain, beforeDrafts);
        Assert.Equal(plain, rewound);
        return plain;
    }

    private static float[] Process(ILogitsProcessor processor, int drafts)
    {
        float[] logits = [1, 2, 3, 4];
        processor.Process(logits, drafts);
        return logits;
    }
}
