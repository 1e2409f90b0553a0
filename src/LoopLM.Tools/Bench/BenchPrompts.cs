namespace LoopLM.Tools.Bench;

/// <summary>Prompts to measure with; the same every time.</summary>
internal static class BenchPrompts
{
    /// <summary>Random token ids.</summary>
    /// <param name="vocabularySize">Ids are below.</param>
    /// <param name="count">How many prompts.</param>
    /// <param name="length">Tokens of each.</param>
    public static int[][] Random(int vocabularySize, int count, int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => random.Next(vocabularySize)).ToArray())];
    }

    /// <summary>Pieces of a text at random places.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="count">How many prompts.</param>
    /// <param name="length">Tokens of each.</param>
    /// <exception cref="ArgumentException">The text is no longer than a prompt.</exception>
    public static int[][] Cut(IReadOnlyList<int> tokens, int count, int length)
    {
        var random = new Random(1);
        return tokens.Count > length
            ? [.. Enumerable.Range(0, count).Select(_ => tokens.Skip(random.Next(tokens.Count - length)).Take(length).ToArray())]
            : throw new ArgumentException($"--text has {tokens.Count} tokens; prompts of {length} need more.");
    }
}
