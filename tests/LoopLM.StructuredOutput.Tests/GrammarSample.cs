using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Writes texts that a grammar admits: any way at first, then the shortest to an end.</summary>
internal static class GrammarSample
{
    private const int FreeBytes = 40;
    private const long MostBytes = 2000;

    // Further from the end there is one way to it.
    private const long FewBytes = 50;

    /// <summary>A text; null where its grammar has only longer ones than are worth while.</summary>
    /// <exception cref="InvalidOperationException">A text that has been begun cannot be completed.</exception>
    public static byte[]? Write(TextGrammar grammar, Random random)
    {
        if (grammar.ShortestLength > MostBytes)
        {
            return null;
        }

        var (automaton, text) = (new LazyAutomaton(grammar), new List<byte>());
        var state = automaton.Start;
        while (!automaton.Accepts(state) || (text.Count < FreeBytes && automaton.CanContinue(state) && random.Next(4) > 0))
        {
            state = automaton.Trim(state);
            var left = automaton.BytesToEnd(state);
            var isFree = text.Count < FreeBytes;
            var next = new List<(byte Value, int State)>();
            byte[] nearest = automaton.Accepts(state) ? [] : [automaton.ByteToEnd(state)];

            // The byte to the end comes first, as it does for tokens: where all of them take too much work, it is what can follow.
            foreach (var value in isFree || left <= FewBytes ? nearest.Concat(grammar.Classes) : nearest)
            {
                if (automaton.Step(state, value) is not LazyAutomaton.Dead and var reached
                    && (isFree ? automaton.BytesToEnd(reached) <= MostBytes : automaton.BytesToEnd(reached) < left))
                {
                    next.Add((value, reached));
                }
            }

            if (next.Count == 0)
            {
                throw new InvalidOperationException($"What has been begun can be completed, but nothing can follow {Convert.ToHexString([.. text])}.");
            }

            (var chosen, state) = next[random.Next(next.Count)];
            text.Add(chosen);
        }

        return [.. text];
    }
}
