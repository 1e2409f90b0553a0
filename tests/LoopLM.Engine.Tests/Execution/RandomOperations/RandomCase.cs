using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Speculation;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>An engine and what is done to it, all from one seed.</summary>
internal sealed class RandomCase
{
    private const int Vocabulary = 64;

    private static readonly RequestClient[] s_clients =
        [new("alice"), new("bob", Weight: 3), new("anonymous", "203.0.113.7"), new("anonymous", "2001:db8::/64"), RequestClient.Local];

    private readonly Random _random;
    private readonly List<(RequestClient Client, int[] Tokens)> _prompts = [];

    public RandomCase(int seed, int operations)
    {
        _random = new Random(seed);
        var plain = new ScriptedModel();
        Model = new ScriptedModel
        {
            Description = plain.Description with
            {
                Loops = _random.Next(1, 5),
                ExitThreshold = 0.5f,
                PositionLayers = (PositionLayers)Math.Max(0, _random.Next(-3, 4)),
            },
            Favourite = _random.Next(2) == 0
                ? null
                : (position, state) => (int)((state % 5 == 0 ? state : (ulong)position * 7919) % Vocabulary),
            GateLogit = (position, loop, state) => state % 401 == 0 ? float.NaN : plain.GateLogit(position, loop, state),
        };
        var sequences = _random.Next(1, 7);
        Options = new EngineOptions
        {
            KvSlots = _random.Next(16, 200),
            MaxSequences = sequences,
            MaxRows = sequences + _random.Next(20),
            PrefillChunk = _random.Next(1, 9),
            KvLayout = (KvLayout)_random.Next(2),
            MaxLoops = _random.Next(4, 9),
            MaxQueuedRequests = _random.Next(3, 24),
            MaxQueuedTokens = _random.Next(40, 400),
            MaxQueueTime = TimeSpan.FromSeconds(10),
            Refill = _random.Next(4) > 0,
            PrefixCache = (PrefixCacheMode)_random.Next(2),
        };
        Drafts = new RandomDrafts(seed, Model.Description);
        Operations = [.. Enumerable.Range(0, operations).Select(_ => NextOperation())];
    }

    public ScriptedModel Model { get; }

    public EngineOptions Options { get; }

    /// <summary>When sequences think ahead, which changes nothing of what they say.</summary>
    public IDraftStrategy Drafts { get; }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Whether the logits of a position turn out NaN.</summary>
    public static bool BreaksLogits(int position) => position == 29;

    /// <summary>The seed of one of a request's choices.</summary>
    public static long SeedOf(GenerationRequest request, int choice) => CounterRandom.Derive(request.Sampling.Seed!.Value, choice);

    private Operation NextOperation() => _random.Next(40) switch
    {
        < 14 => NextSubmit(),
        14 or 15 => new Operation.Cancel(_random.Next(1000)),
        16 => new Operation.Stop(_random.Next(1000)),
        17 => new Operation.Wait(TimeSpan.FromSeconds(_random.Next(12))),
        18 => _random.Next(4) == 0 ? new Operation.Fault(_random.Next(2) == 0) : new Operation.Tick(1),
        19 => _random.Next(12) == 0 ? new Operation.CancelAll() : new Operation.FaultyRelease(),
        _ => new Operation.Tick(_random.Next(1, 8)),
    };

    /// <summary>A request; its text is the beginning of later ones.</summary>
    private Operation.Submit NextSubmit()
    {
        var client = s_clients[_random.Next(s_clients.Length)];
        var (request, choices) = (NextRequest(client, out var rule), _random.Next(3) == 0 ? _random.Next(2, 6) : 1);
        var text = new SerialOracle(Model, BreaksLogits).Run(
            request with { Sampling = request.Sampling with { Seed = SeedOf(request, 0) } }, rule);
        var tokens = text.Where(each => each.Kind == GenerationEventKind.Token).Select(each => each.Token);
        _prompts.Add((client, [.. request.Prompt.Span, .. tokens]));
        return new(client, request, choices, rule);
    }

    private GenerationRequest NextRequest(RequestClient client, out TokenRule? rule)
    {
        var maxTokens = _random.Next(8) == 0 ? _random.Next(2) : _random.Next(1, 12);
        rule = _random.Next(6) switch
        {
            0 => new TokenRule.Spelled(Tokens(_random.Next(1, 13))),
            1 or 2 => new TokenRule.Hashed(),
            _ => null,
        };
        var (logprobs, loopLogprobs) =
            (_random.Next(3) == 0 ? _random.Next(4) : (int?)null, Model.Description.HasCoda ? 0 : _random.Next(3));
        return new GenerationRequest
        {
            Prompt = NextPrompt(client),
            MaxTokens = maxTokens,
            MinTokens = _random.Next(4) == 0 ? _random.Next(maxTokens + 1) : 0,
            Exit = NextExit(maxTokens),
            KvLayout = (KvLayout)_random.Next(2),
            StopTokens = Tokens(_random.Next(4)),
            Speculation = NextSpeculation(),
            CacheSalt = _random.Next(4) == 0 ? "salt" : null,
            PrefixReuse = (PrefixReuse)(_random.Next(3) / 2),
            Sampling = NextSampling(),
            Reports = new()
            {
                Gates = _random.Next(3) == 0,
                Logprobs = logprobs,
                LogprobTokens = logprobs is null ? [] : Tokens(_random.Next(3)),
                PromptLogprobs = _random.Next(4) == 0 ? _random.Next(4) : null,
                LoopLogprobs = loopLogprobs,
                SkippedLoopLogprobs = loopLogprobs > 0 && _random.Next(2) == 0,
            },
        };
    }

    /// <summary>Half of the prompts begin like one before of the same client, and some are whole conversations that go on.</summary>
    private int[] NextPrompt(RequestClient client)
    {
        var prompt = Tokens(_random.Next(5) == 0 ? _random.Next(1, 31) : _random.Next(1, 7));
        var earlierPrompts = _prompts.Where(each => each.Client == client && each.Tokens.Length < 40).ToArray();
        if (earlierPrompts.Length > 0 && _random.Next(2) == 0)
        {
            var earlier = earlierPrompts[_random.Next(earlierPrompts.Length)].Tokens;
            prompt = [.. earlier.Take(_random.Next(2) == 0 ? _random.Next(earlier.Length + 1) : earlier.Length),
                .. prompt.Take(1 + _random.Next(3))];
        }

        return prompt;
    }

    private SpeculationSettings NextSpeculation()
    {
        var strategy = (SpeculationStrategy)_random.Next(3);
        return new() { Strategy = strategy, DraftLoops = strategy == SpeculationStrategy.Fixed ? _random.Next(1, 4) : null };
    }

    private ExitSettings NextExit(int maxTokens)
    {
        var most = _random.Next(1, Options.MaxLoops + 1);
        var policy = _random.Next(16) switch
        {
            0 => "throwing",
            1 => "fixed",
            2 or 3 => "act",
            4 or 5 => "hidden-delta",
            6 or 7 when maxTokens > 0 => TracePolicy.PolicyName,
            _ => "q-exit",
        };
        return new ExitSettings
        {
            Policy = policy,
            Threshold = _random.Next(5) * 0.25f,
            MinLoops = _random.Next(1, most + 1),
            MaxLoops = most,
            Trace = policy == TracePolicy.PolicyName ? (ReadOnlyMemory<int>?)NextTrace(maxTokens, most) : null,
        };
    }

    private int[] NextTrace(int tokens, int mostLoops) =>
        [Model.Description.Loops, .. Enumerable.Range(1, tokens).Select(_ => _random.Next(1, mostLoops + 1))];

    private SamplingSettings NextSampling() => new()
    {
        Temperature = _random.Next(2),
        TopK = _random.Next(2) * 5,
        TopP = _random.Next(2) == 0 ? 1 : 0.7f,
        MinP = _random.Next(2) * 0.1f,
        Seed = _random.Next(),
        AllowedTokens = _random.Next(4) == 0 ? Tokens(_random.Next(1, 4)) : null,
        BadWords = _random.Next(4) == 0 ? [Tokens(1), Tokens(2)] : [],
        LogitBias = Enumerable.Range(0, _random.Next(4) / 3)
            .ToDictionary(_ => _random.Next(Vocabulary), _ => (float)_random.Next(-100, 100)),
        RepetitionPenalty = _random.Next(3) == 0 ? 1.5f : 1,
        FrequencyPenalty = _random.Next(3) - 1,
        PresencePenalty = _random.Next(2),
    };

    private int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(Vocabulary))];
}
