using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>
/// A model made of hashes: a state depends on the token, the position, the loop and on every K/V content that it sees, in order,
/// so that any wrong, missing or stale slot changes what comes out. Its answers can be computed alone, without an engine.
/// </summary>
public sealed class ScriptedModel
{
    /// <summary>Its description: 4 loops, 64 tokens, context 4096.</summary>
    public ModelDescription Description { get; init; } = new()
    {
        VocabularySize = 64,
        HiddenSize = 2,
        Loops = 4,
        ExitThreshold = 1,
        ContextLength = 4096,
        HeadCost = 0.5,
    };

    /// <summary>Gate logit of a row by position, loop (from 1) and state. Default: any value between -2 and 2, from the state.</summary>
    public Func<int, int, ulong, float> GateLogit { get; init; } = (_, _, state) => Unit(state ^ 0xA5A5) * 4 - 2;

    /// <summary>Relative state change of a row by position and loop. Default: halves with every loop.</summary>
    public Func<int, int, float> StateChange { get; init; } = (_, loop) => loop == 1 ? float.PositiveInfinity : 1f / (1 << loop);

    /// <summary>
    /// The token that a row favours, by position and state. One that depends on the position alone
    /// is the same after every loop. Default: any.
    /// </summary>
    public Func<int, ulong, int>? Favourite { get; init; }

    /// <summary>What a loop of a row writes as K and V, from the state that enters the loop.</summary>
    public static ulong KeyValue(ulong state, int position, int loop) => Mix(Mix(state + (ulong)position) + (ulong)loop);

    /// <summary>What a row writes as K and V of its prelude and its coda, from the state that enters them.</summary>
    public static ulong PositionKeyValue(ulong state, int position, PositionLayers layers) =>
        Mix(Mix(state ^ (ulong)position) - (ulong)layers);

    /// <summary>The embedding of a token: the state with which a row enters its prelude or, without one, its first loop.</summary>
    public static ulong Embed(int token) => Mix((ulong)token + 0x1234);

    /// <summary>Folds one more K/V content into the state that leaves a loop.</summary>
    public static ulong Attend(ulong state, ulong keyValue) => Mix((state * 31) + keyValue);

    /// <summary>Logits of a row's state.</summary>
    public void Head(int position, ulong state, Span<float> logits)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            logits[token] = Unit(Mix(state + (ulong)token)) * 4;
        }

        if (Favourite is not null)
        {
            logits[Favourite(position, state)] = 100;
        }
    }

    /// <summary>
    /// Decodes greedily without any engine, by the letter of the definition: which of an earlier token's contents a loop sees follows from
    /// the layout and that token's exit step alone.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="count">Tokens to generate.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="shouldExit">
    /// Whether a generated token (index from 1) leaves after a loop, given its CDF so far; asked below <paramref name="maxLoops"/> only.
    /// </param>
    /// <param name="maxLoops">The last loop of a generated token.</param>
    public (List<int> Tokens, List<int> ExitSteps) Decode(
        ReadOnlySpan<int> prompt, int count, KvLayout layout, Func<int, int, float, bool> shouldExit, int maxLoops)
    {
        var loops = Description.Loops;
        var contents = new List<ulong[]>();
        var exits = new List<int>();
        var state = 0UL;
        foreach (var token in prompt)
        {
            contents.Add(new ulong[loops + 1]);
            exits.Add(loops);
        }

        var states = new ulong[prompt.Length];
        for (var position = 0; position < prompt.Length; position++)
        {
            states[position] = Embed(prompt[position]);
        }

        for (var loop = 1; loop <= loops; loop++)
        {
            for (var position = 0; position < prompt.Length; position++)
            {
                contents[position][loop] = KeyValue(states[position], position, loop);
                for (var seen = 0; seen <= position; seen++)
                {
                    states[position] = Attend(states[position], contents[seen][loop]);
                }
            }
        }

        state = states[^1];
        var (tokens, exitSteps) = (new List<int>(), new List<int> { loops });
        var logits = new float[Description.VocabularySize];
        Head(prompt.Length - 1, state, logits);
        tokens.Add(logits.AsSpan().IndexOf(logits.Max()));
        while (tokens.Count < count)
        {
            var position = contents.Count;
            contents.Add(new ulong[maxLoops + 1]);
            exits.Add(0);
            state = Embed(tokens[^1]);
            var survival = 1f;
            var loop = 0;
            do
            {
                loop++;
                contents[position][loop] = KeyValue(state, position, loop);
                for (var seen = 0; seen < position; seen++)
                {
                    var from = layout == KvLayout.Shared ? exits[seen] : Math.Min(loop, exits[seen]);
                    state = Attend(state, contents[seen][from]);
                }

                state = Attend(state, contents[position][loop]);
                survival *= 1f - (1f / (1f + MathF.Exp(-GateLogit(position, loop, state))));
            }
            while (loop < maxLoops && !shouldExit(tokens.Count, loop, 1f - survival));

            exits[position] = loop;
            exitSteps.Add(loop);
            Head(position, state, logits);
            tokens.Add(logits.AsSpan().IndexOf(logits.Max()));
        }

        return (tokens, exitSteps);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 31)) * 0x7FB5D329728EA185;
        value = (value ^ (value >> 27)) * 0x81DADEF4BC2DD44D;
        return value ^ (value >> 33);
    }

    private static float Unit(ulong value) => (Mix(value) >> 40) * (1f / (1 << 24));
}
