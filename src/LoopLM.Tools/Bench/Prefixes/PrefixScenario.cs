namespace LoopLM.Tools.Bench.Prefixes;

/// <summary>Requests whose prompts have beginnings in common.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Waves">
/// Prompts, or what a conversation goes on with. Those of a wave are asked at once, and a wave waits for the end of the one before.
/// </param>
/// <param name="Generate">Tokens that each request generates.</param>
/// <param name="IsConversation">Whether each prompt begins with all prompts and texts before.</param>
internal sealed record PrefixScenario(string Name, IReadOnlyList<int[][]> Waves, int Generate, bool IsConversation = false)
{
    private const int TaleTokens = 600;
    private const int QuestionTokens = 12;
    private const int TurnTokens = 40;

    /// <summary>
    /// The scenarios of random tokens: questions about one tale one after another and at once, a conversation, and choices of one prompt.
    /// </summary>
    /// <param name="vocabularySize">Ids are below.</param>
    public static IEnumerable<PrefixScenario> All(int vocabularySize)
    {
        var tale = BenchPrompts.Random(vocabularySize, 1, TaleTokens)[0];
        var questions = BenchPrompts.Random(vocabularySize, 20, QuestionTokens).Select(question => (int[])[.. tale, .. question]).ToArray();
        yield return new("20 questions, one after another", [.. questions.Select(question => new[] { question })], 16);
        yield return new("20 questions at once", [questions], 16);
        yield return new(
            "conversation of ten turns",
            [.. BenchPrompts.Random(vocabularySize, 10, TurnTokens).Select(turn => new[] { turn })], 40, IsConversation: true);
        yield return new("n = 1, 512 tokens", [BenchPrompts.Random(vocabularySize, 1, 512)], 16);
        yield return new("n = 8, 512 tokens", [[.. Enumerable.Repeat(BenchPrompts.Random(vocabularySize, 1, 512)[0], 8)]], 16);
    }
}
